"""Operations on messages to and from phones."""

from numberkeep.domain.errors import InvalidInput
from numberkeep.operations.operation import Call, operation
from numberkeep.service import inbound, verification
from numberkeep.service.inbound import Incoming
from numberkeep.wire.answers import LimitParams, page_size
from numberkeep.wire.messages import InboundAnswer, InboundBody, MessageOut, inbound_answer, message_out


@operation("messages.list", InvalidInput, reads=True)
async def list_messages(call: Call, given: LimitParams) -> list[MessageOut]:
    """List the messages to and from phones, newest first. Not of the hosted API."""
    messages = await verification.messages(call.context, call.account, page_size(given.limit))
    return [message_out(message) for message in messages]


@operation("messages.receive", InvalidInput)
async def receive(call: Call, given: InboundBody) -> InboundAnswer:
    """Hand in a message that a person wrote. Not of the hosted API."""
    number, line = given.from_ or "", given.to or ""
    return await take_in(call, Incoming(number, given.content or "", given.handle or "", line, field="from"))


async def take_in(call: Call, given: Incoming) -> InboundAnswer:
    """Store a message that a carrier or an account hands in."""
    return await call.once(
        lambda once: inbound.receive(call.context, call.account, given, once),
        inbound_answer,
    )
