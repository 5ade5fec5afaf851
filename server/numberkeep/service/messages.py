"""The use cases of messages: send, retrieve and list them, and record the receipts of carriers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from numberkeep.domain.errors import FieldError, InvalidInput, MessageNotFound
from numberkeep.domain.identity import Account
from numberkeep.domain.messages.handles import handle_of, number_in
from numberkeep.domain.messages.listing import NO_MESSAGES, MessageFilter, MessagePage, MessageQuery
from numberkeep.domain.messages.message import Draft, Message, known_service
from numberkeep.domain.messages.receipts import Receipt, RecordReceipt
from numberkeep.domain.messages.sender import find_sender_id
from numberkeep.domain.messages.sending import SendMessage
from numberkeep.domain.outbox.errors import DeliveryFailed, TargetRefused
from numberkeep.domain.phone import find_phone, parse_phone
from numberkeep.service.context import Context, Idempotency
from numberkeep.service.outlets import TargetChecker
from numberkeep.store.message_queries import GetMessage, GetReceivedMessage, ListMessagePage
from numberkeep.store.queries import ListMessages


@dataclass(slots=True, frozen=True)
class WrittenNumbers:
    """The numbers that a listing is filtered by, as a request writes them; None for no filter."""

    number: str | None = None
    sender: str | None = None
    recipient: str | None = None
    line: str | None = None


async def send(
    context: Context, checker: TargetChecker, account: Account, draft: Draft, *, once: Idempotency | None = None
) -> Message:
    """Enqueue a message and return it. If the recipient has opted out, it is stored as failed, and not sent.

    Args:
        context: what to work with.
        checker: checks the status callback's URL.
        account: the account that sends it.
        draft: the message, with its numbers as the request writes them.
        once: the idempotency key of the request; None if there is none.

    Raises:
        MissingFields: there is no number.
        InvalidPhone: a number is not a phone number.
        InvalidInput: the status callback's URL is not allowed.
    """
    phone = parse_phone(draft.phone, account.region, field="number")
    line = parse_phone(draft.line, account.region, field="from_number") if draft.line else ""
    if draft.status_callback:
        await _check_callback(checker, account, draft.status_callback)
    draft = replace(draft, phone=phone, line=line)
    return await context.apply(SendMessage(account.account_id, draft, context.stamp()), once)


async def retrieve(context: Context, account: Account, handle: str) -> Message:
    """Return the account's message with this handle.

    Raises:
        MessageNotFound: there is none.
    """
    number = number_in(handle)
    message = None if number is None else await context.store.read(GetMessage(account.account_id, number))
    if message is None or handle_of(message) != handle:
        message = await context.store.read(GetReceivedMessage(account.account_id, handle)) if handle else None
    if message is None:
        raise MessageNotFound
    return message


async def list_page(context: Context, account: Account, query: MessageQuery, numbers: WrittenNumbers) -> MessagePage:
    """Return a page of messages. For a number that cannot exist, it is empty.

    Args:
        context: what to work with.
        account: whose messages to list.
        query: the page, without conditions on numbers.
        numbers: the conditions on numbers.
    """
    where = _with_numbers(query.where, numbers, account.region)
    return await context.store.read(ListMessagePage(account.account_id, replace(query, where=where)))


async def newest(context: Context, account: Account, limit: int) -> Sequence[Message]:
    """Return the account's newest messages, newest first."""
    return await context.store.read(ListMessages(account.account_id, limit))


async def record_receipt(context: Context, account: Account, receipt: Receipt, once: Idempotency | None = None) -> bool:
    """Record a carrier's receipt; return False if there is no such message, or its status is final already."""
    if not receipt.handle:
        return False
    receipt = replace(receipt, service=known_service(receipt.service))
    return await context.apply(RecordReceipt(account.account_id, receipt, context.stamp()), once)


async def _check_callback(checker: TargetChecker, account: Account, url: str) -> None:
    try:
        await checker.check(account.name, url)
    except TargetRefused as refused:
        raise InvalidInput(f"`status_callback`: {refused}", [FieldError("status_callback", str(refused))]) from None
    except DeliveryFailed:
        pass  # the host name may resolve later


def _with_numbers(where: MessageFilter, numbers: WrittenNumbers, region: str) -> MessageFilter:
    written = (numbers.number, numbers.sender, numbers.recipient, numbers.line)
    if written == (None, None, None, None):
        return where
    found = [None if each is None else find_phone(each, region) or find_sender_id(each) for each in written]
    if any(number is None and each is not None for number, each in zip(found, written, strict=True)):
        return NO_MESSAGES
    number, sender, recipient, line = found
    return replace(where, number=number, sender=sender, recipient=recipient, line=line)
