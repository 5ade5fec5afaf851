"""Operations on messages to and from phones."""

from numberkeep.domain.errors import InvalidInput, MessageNotFound, MissingFields
from numberkeep.domain.messages.receipts import Receipt
from numberkeep.operations.operation import Call, operation
from numberkeep.service import inbound, messages
from numberkeep.service.inbound import Incoming
from numberkeep.wire.answers import LimitParams, StatusOut, page_size
from numberkeep.wire.hosted_message_requests import (
    ByHandle,
    MessageParams,
    SendBody,
    StatusParams,
    draft_of,
    message_query,
)
from numberkeep.wire.hosted_messages import (
    MessageAnswer,
    MessageResponse,
    MessagesAnswer,
    message_response,
    message_row,
    messages_answer,
)
from numberkeep.wire.messages import InboundAnswer, InboundBody, MessageOut, inbound_answer, message_out


@operation("messages.send", InvalidInput)
async def send(call: Call, given: SendBody) -> MessageResponse:
    """Send a text or a file to a number; to a recipient who has opted out nothing is sent, and the status is ERROR."""
    draft, name = draft_of(given), call.account.name
    return await call.once(
        lambda once: messages.send(call.context, call.notifier, call.account, draft, once=once),
        lambda message: message_response(name, message),
    )


@operation("messages.get_status", InvalidInput, MessageNotFound, reads=True)
async def get_status(call: Call, given: StatusParams) -> MessageResponse:
    """Retrieve a message by its handle, with its status."""
    if not given.handle:
        raise MissingFields("handle")
    return message_response(call.account.name, await messages.retrieve(call.context, call.account, given.handle))


@operation("messages.list", InvalidInput, reads=True)
async def list_messages(call: Call, given: MessageParams) -> MessagesAnswer:
    """List the messages to and from phones, newest first unless another order is given."""
    query = message_query(given, call.account.name)
    numbers = messages.WrittenNumbers(given.number, given.from_number, given.to_number, given.sendblue_number)
    page = await messages.list_page(call.context, call.account, query, numbers)
    return messages_answer(call.account.name, query, page)


@operation("messages.retrieve", MessageNotFound, reads=True)
async def retrieve(call: Call, given: ByHandle) -> MessageAnswer:
    """Retrieve the message with this handle."""
    message = await messages.retrieve(call.context, call.account, given.message_id)
    return MessageAnswer(message_row(call.account.name, message))


@operation("messages.newest", InvalidInput, reads=True)
async def newest(call: Call, given: LimitParams) -> list[MessageOut]:
    """List the newest messages to and from phones, newest first. Not of the hosted API."""
    found = await messages.newest(call.context, call.account, page_size(given.limit))
    return [message_out(message) for message in found]


@operation("messages.receive", InvalidInput)
async def receive(call: Call, given: InboundBody) -> InboundAnswer:
    """Hand in a message that a person wrote. Not of the hosted API."""
    number, line = given.from_ or "", given.to or ""
    media_url = given.media_url or ""
    return await take_in(
        call, Incoming(number, given.content or "", given.handle or "", line, field="from", media_url=media_url)
    )


async def take_in_receipt(call: Call, given: Receipt) -> StatusOut:
    """Record what a carrier reports of a message that was sent."""
    await messages.record_receipt(call.context, call.account, given)
    return StatusOut()


async def take_in(call: Call, given: Incoming) -> InboundAnswer:
    """Store a message that a carrier or an account hands in."""
    return await call.once(
        lambda once: inbound.receive(call.context, call.account, given, once),
        inbound_answer,
    )
