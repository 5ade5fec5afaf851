"""The use cases on conversations: list them, read one, and write in the place of a person who has no phone."""

from collections.abc import Sequence

from numberkeep.domain.consent.ledger import ConsentSource
from numberkeep.domain.errors import ConversationNotFound, NotSimulated
from numberkeep.domain.identity import Account
from numberkeep.domain.messages.commands import Received, ReceiveMessage
from numberkeep.domain.messages.conversation import Conversation, Thread
from numberkeep.domain.messages.sender import find_sender_id
from numberkeep.domain.phone import find_phone
from numberkeep.service.context import Context, Idempotency
from numberkeep.store.contact_queries import GetVerification
from numberkeep.store.inbox_queries import ListConversations, ListOpenReviewsOf, ListThread
from numberkeep.store.queries import GetContact, ListConsentOf


async def listed(context: Context, account: Account, before: int, limit: int) -> Sequence[Conversation]:
    """Return up to `limit` conversations whose last message has a number below `before`, the newest first."""
    return await context.store.read(ListConversations(account.account_id, before, limit))


async def thread(context: Context, account: Account, number: str, before: int, limit: int) -> Thread:
    """Return a conversation with its last `limit` messages that have numbers below `before`.

    Raises:
        ConversationNotFound: the number is neither a telephone number nor a sender id.
    """
    phone = find_phone(number, account.region) or find_sender_id(number)
    if phone is None:
        raise ConversationNotFound
    account_id, read = account.account_id, context.store.read
    return Thread(
        phone,
        await read(ListThread(account_id, phone, before, limit)),
        await read(GetContact(account_id, phone)),
        await read(GetVerification(account_id, phone)),
        await read(ListOpenReviewsOf(account_id, phone)),
        await read(ListConsentOf(account_id, phone)),
    )


def why_not_simulated(context: Context) -> str:
    """Return why nobody may write in the place of a person, in a sentence; `""` if that is possible."""
    deployment = context.deployment
    if deployment.sender not in {"log", "test"}:
        return f"This service sends messages through {deployment.sender}: only the person can write from this number."
    if deployment.receives:
        carriers = " and ".join(deployment.receives)
        return f"This service gets messages from {carriers}: only the person can write from this number."
    return ""


async def simulate(
    context: Context, account: Account, number: str, content: str, once: Idempotency | None = None
) -> Received:
    """Record a message that somebody writes in the place of a person, and return what it changed.

    The ledger names its source. Outside test mode it lifts only an opt-out that was simulated too.

    Raises:
        NotSimulated: a carrier is connected, so messages are from real people.
        ConversationNotFound: it is not a phone number.
    """
    reason = why_not_simulated(context)
    if reason:
        raise NotSimulated(reason)
    phone = find_phone(number, account.region)
    if phone is None:
        raise ConversationNotFound
    command = ReceiveMessage(
        account.account_id,
        phone,
        "",
        content,
        "",
        context.stamp(),
        rules=account.replies,
        simulated=True,
        liftable=None if context.deployment.sender == "test" else await _liftable(context, account, phone),
    )
    return await context.apply(command, once)


async def _liftable(context: Context, account: Account, phone: str) -> int:
    """Return the ledger entry of the number's opt-out if that was simulated, else 0."""
    entries = await context.store.read(ListConsentOf(account.account_id, phone))
    last = entries[-1] if entries else None
    is_simulated = last is not None and last.opted_out and last.source is ConsentSource.SIMULATED
    return last.entry_id if last is not None and is_simulated else 0
