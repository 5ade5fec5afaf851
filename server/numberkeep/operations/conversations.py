"""Operations on conversations."""

from numberkeep.domain.errors import ConversationNotFound, InvalidInput, MissingFields, NotSimulated
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.operations.operation import Call, Listed, operation
from numberkeep.service import conversations
from numberkeep.wire.answers import page_size
from numberkeep.wire.conversations import (
    ConversationOut,
    ConversationsParams,
    SimulatedReply,
    ThreadOf,
    ThreadOut,
    conversation_out,
    thread_out,
)
from numberkeep.wire.messages import InboundAnswer, inbound_answer


@operation("conversations.list", InvalidInput, reads=True)
async def list_conversations(call: Call, given: ConversationsParams) -> Listed[ConversationOut]:
    """List the conversations by their last messages, newest first. Not of the hosted API."""
    limit = page_size(given.limit)
    found = await conversations.listed(call.context, call.account, given.cursor or MAX_INTEGER, limit + 1)
    page = found[:limit]
    cursor = str(page[-1].message.message_id) if len(found) > limit else None
    return Listed([conversation_out(each) for each in page], cursor)


@operation("conversations.show", InvalidInput, ConversationNotFound, reads=True)
async def show(call: Call, given: ThreadOf) -> ThreadOut:
    """Show the messages to and from a number, what was concluded from each reply, and what is known of the person.

    Not of the hosted API.
    """
    limit, before = page_size(given.query.limit), given.query.cursor or MAX_INTEGER
    return thread_out(await conversations.thread(call.context, call.account, given.number, before, limit + 1), limit)


@operation("conversations.simulate", InvalidInput, ConversationNotFound, NotSimulated)
async def simulate(call: Call, given: SimulatedReply) -> InboundAnswer:
    """Write in the place of a person; only while no carrier is connected. Not of the hosted API."""
    if not given.body.content:
        raise MissingFields("content")
    content = given.body.content
    return await call.once(
        lambda once: conversations.simulate(call.context, call.account, given.number, content, once),
        inbound_answer,
    )
