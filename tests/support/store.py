"""A short way to send commands to a store, one account at a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from numberkeep.domain.account_commands import CreateKey
from numberkeep.domain.consent.commands import SetOptOut
from numberkeep.domain.consent.review import Review
from numberkeep.domain.consent.review_commands import DecideReview
from numberkeep.domain.contacts.commands import BulkRow, CreateContact, DeleteContacts, UpdateContact, UpsertContacts
from numberkeep.domain.contacts.contact import Contact, ContactPatch, ContactRecord, ReadOnly, moment
from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, Order, OrderBy, Position
from numberkeep.domain.event import Event
from numberkeep.domain.identity import contact_id_at, hash_secret
from numberkeep.domain.messages.commands import Received, ReceiveMessage
from numberkeep.domain.messages.listing import MessageFilter, MessageOrder, MessagePage, MessageQuery
from numberkeep.domain.messages.message import Draft, Message, MessageStatus
from numberkeep.domain.messages.receipts import Receipt, RecordReceipt
from numberkeep.domain.messages.reply import ReplyRules, Verdict
from numberkeep.domain.messages.sending import SendMessage
from numberkeep.domain.outbox.attempt import Attempt, Exchange
from numberkeep.domain.outbox.attempt_commands import KeepAttempt, RetryDelivery
from numberkeep.domain.outbox.commands import ReplayDeliveries, SettleDelivery, TakeDeliveries
from numberkeep.domain.outbox.delivery import Delivered, Outcome, Pending, Undelivered
from numberkeep.domain.retention import DeleteOldDeliveries, DeleteOldEvents
from numberkeep.domain.stamp import SYSTEM, Cause, Stamp
from numberkeep.domain.verification.commands import ExpireVerifications, RequestVerification
from numberkeep.domain.webhooks.commands import CreateWebhook, DeleteWebhook, EnableWebhook
from numberkeep.domain.webhooks.hosted import AddHosted, HostedWebhook, ReplaceHosted
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.store.contract import Store
from numberkeep.store.message_queries import ListMessagePage
from numberkeep.store.queries import GetContact, GetTallies, ListContacts, ListEvents, ListMessages

START = 1_790_000_000_000_000
"""The time at which every test starts, in microseconds since 1970."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 3600 * SECOND
PHONE = "+14155552671"
SENT = Delivered()
DEAD = Undelivered("status 500", None)


def phone(number: int) -> str:
    """Return one of ten thousand E.164 numbers, in the order of `number`."""
    return f"+1415600{number:04d}"


@dataclass(slots=True)
class ContactPage:
    """A page of a listing, with contacts as every other read returns them."""

    contacts: Sequence[Contact]
    next: Position | None


def contact_recorded(record: ContactRecord) -> Contact:
    """Return the contact of a record."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return Contact(
        **values
        | {
            "created_at": moment(record.created_at),
            "tags": tuple(json.loads(record.tags)),
            "custom_variables": json.loads(record.custom_variables),
            "verified": record.verified == 1,
            "opt_out": record.opt_out == 1,
        }
    )


class AccountDriver:
    """Sends commands on one account to a store; by default each is a second after the one before.

    Attributes:
        store: the store.
        account_id: the account.
        now: the time of the last command, microseconds since 1970.
        actor: who makes the changes.
        cause: what they are part of.
    """

    def __init__(self, store: Store, account_id: int) -> None:
        self.store = store
        self.account_id = account_id
        self.now = START
        self.actor = SYSTEM
        self.cause: Cause | None = None

    def tick(self) -> int:
        """Move the time forward, and return it."""
        self.now += SECOND
        return self.now

    def _at(self, at: int | None) -> int:
        return self.tick() if at is None else at

    def _stamp(self, at: int | None = None) -> Stamp:
        return Stamp(self._at(at), self.actor, self.cause)

    def row(self, number: str, *, index: int = 0, **patch: Any) -> BulkRow:
        """Return a row of a bulk request with this patch, the next id and the next time."""
        at = self.tick()
        return BulkRow(number, ContactPatch(**patch), contact_id_at(at, self.account_id), at, index)

    async def create(
        self,
        number: str,
        *,
        at: int | None = None,
        contact_id: int | None = None,
        update_if_exists: bool = False,
        **patch: Any,
    ) -> Contact:
        """Create a contact."""
        at = self._at(at)
        contact_id = contact_id_at(at, self.account_id) if contact_id is None else contact_id
        command = CreateContact(
            self.account_id,
            number,
            ContactPatch(**patch),
            update_if_exists,
            contact_id,
            Stamp(at, self.actor, self.cause),
        )
        return await self.store.apply(command)

    async def update(
        self, number: str, *, at: int | None = None, read_only: ReadOnly | None = None, **patch: Any
    ) -> Contact:
        """Update an existing contact."""
        return await self.store.apply(
            UpdateContact(self.account_id, number, ContactPatch(**patch), read_only or ReadOnly(), self._stamp(at))
        )

    async def upsert(self, *rows: BulkRow) -> Sequence[Contact]:
        """Store the rows in bulk."""
        return (
            await self.store.apply(UpsertContacts(self.account_id, rows, Stamp(self.now, self.actor, self.cause)))
        ).contacts

    async def delete(self, *numbers: str, at: int | None = None) -> int:
        """Delete the contacts with these numbers."""
        return await self.store.apply(self.deletion(*numbers, at=at))

    def deletion(self, *numbers: str, at: int | None = None) -> DeleteContacts:
        """Return the command that deletes them."""
        return DeleteContacts(self.account_id, numbers, self._stamp(at))

    async def opt_out(self, number: str, *, opted_out: bool = True, at: int | None = None) -> None:
        """Record an opt-out or opt-in."""
        await self.store.apply(SetOptOut(self.account_id, number, opted_out, self._stamp(at)))

    async def request_verification(
        self,
        number: str,
        *,
        at: int | None = None,
        text: str = "Please reply.",
        resend_after: int = MINUTE,
        expires_after: int = DAY,
    ) -> bool:
        """Ask a contact to confirm the number."""
        command = RequestVerification(self.account_id, number, text, self._stamp(at), resend_after, expires_after)
        return await self.store.apply(command)

    async def receive(
        self,
        number: str,
        content: str = "yes",
        handle: str = "",
        line: str = "",
        at: int | None = None,
        *,
        carrier: Verdict | None = None,
        rules: ReplyRules | None = None,
        **given: Any,
    ) -> Received:
        """Receive a message from a person."""
        stamp, rules = self._stamp(at), rules or ReplyRules()
        return await self.store.apply(
            ReceiveMessage(self.account_id, number, line, content, handle, stamp, carrier, rules, **given)
        )

    async def send(
        self, number: str = PHONE, content: str = "Hello", *, at: int | None = None, **draft: Any
    ) -> Message:
        """Send a message."""
        return await self.store.apply(SendMessage(self.account_id, Draft(number, content, **draft), self._stamp(at)))

    async def receipt(self, handle: str, status: MessageStatus, *, at: int | None = None, **reported: Any) -> bool:
        """Record what a carrier reports of a message that was sent."""
        receipt = Receipt(handle, status, **reported)
        return await self.store.apply(RecordReceipt(self.account_id, receipt, self._stamp(at)))

    async def message_page(self, *, limit: int = 1000, offset: int = 0, **given: Any) -> MessagePage:
        """Return a page of messages; `order` and `descending` may be given, the rest is the filter."""
        order, descending = given.pop("order", MessageOrder.CREATED_AT), given.pop("descending", True)
        query = MessageQuery(MessageFilter(**given), order, descending, limit, offset)
        return await self.store.read(ListMessagePage(self.account_id, query))

    async def decide(self, review_id: int, *, opts_out: bool, at: int | None = None) -> Review:
        """Decide what an unclear reply means."""
        return await self.store.apply(DecideReview(self.account_id, review_id, opts_out, self._stamp(at)))

    async def verify(self, number: str) -> None:
        """Verify a contact, by a request and an answer."""
        assert await self.request_verification(number, resend_after=0)
        assert (await self.receive(number)).verified

    async def expire(self, at: int, limit: int = 1000) -> int:
        """Expire overdue verifications."""
        return await self.store.apply(ExpireVerifications(self.account_id, limit, Stamp(at, self.actor, self.cause)))

    async def take(
        self, limit: int = 1000, *, lease: int = MINUTE, at: int | None = None, busy: tuple[int, ...] = ()
    ) -> Sequence[Pending]:
        """Take what is due from the outbox, except for deliveries to busy targets."""
        return (await self.store.apply(TakeDeliveries(self.account_id, limit, lease, self._stamp(at), busy))).pending

    async def settle(
        self, pending: Pending, outcome: Outcome = SENT, *, at: int | None = None, attempt: Attempt | None = None
    ) -> bool:
        """Record the outcome of a taken delivery, and an attempt."""
        command = SettleDelivery(self.account_id, pending.delivery, outcome, self._stamp(at), attempt)
        return await self.store.apply(command)

    async def keep_attempt(self, webhook_id: int, exchange: Exchange | None = None, **given: Any) -> Attempt:
        """Keep an attempt that belongs to no delivery."""
        return await self.store.apply(KeepAttempt(self.account_id, attempt(webhook_id, exchange, **given)))

    async def retry(self, webhook_id: int, event_id: int, number: str, *, at: int | None = None) -> None:
        """Retry a delivery at once."""
        await self.store.apply(RetryDelivery(self.account_id, webhook_id, event_id, number, self._stamp(at)))

    async def replay(self, target: int | None = None, *, limit: int = 1000, at: int | None = None) -> int:
        """Replay dead deliveries."""
        return await self.store.apply(ReplayDeliveries(self.account_id, target, limit, self._stamp(at)))

    async def delete_old_events(self, limit: int = 1000, *, before: int) -> bool:
        """Delete the events up to a time; return whether there may be more."""
        return await self.store.apply(DeleteOldEvents(self.account_id, limit, before))

    async def delete_old_deliveries(self, limit: int = 1000, *, before: int) -> bool:
        """Delete the dead deliveries up to a time; return whether there may be more."""
        return await self.store.apply(DeleteOldDeliveries(self.account_id, limit, before))

    async def add_webhook(self, *types: str, url: str = "https://example.com/", secret: str = "") -> Webhook:
        """Register a webhook for events of these types, or of all."""
        return await self.store.apply(CreateWebhook(self.account_id, url, secret, types, self._stamp()))

    async def enable_webhook(self, webhook_id: int) -> Webhook:
        """Enable a webhook."""
        return await self.store.apply(EnableWebhook(self.account_id, webhook_id))

    async def remove_webhook(self, webhook_id: int) -> None:
        """Remove a webhook."""
        await self.store.apply(DeleteWebhook(self.account_id, webhook_id))

    async def add_hosted(self, *webhooks: HostedWebhook) -> Sequence[Webhook]:
        """Add these hosted webhooks."""
        return await self.store.apply(AddHosted(self.account_id, webhooks, self._stamp()))

    async def replace_hosted(self, *webhooks: HostedWebhook) -> Sequence[Webhook]:
        """Replace all hosted webhooks with these."""
        return await self.store.apply(ReplaceHosted(self.account_id, webhooks, self._stamp()))

    async def events(self, after: int = 0, limit: int = 100_000) -> Sequence[Event]:
        """Return the events with numbers over `after`."""
        return await self.store.read(ListEvents(self.account_id, after, limit))

    async def types_and_phones(self, after: int = 0) -> list[tuple[str, str]]:
        """Return type and number of those events."""
        return [(event.type.value, event.phone) for event in await self.events(after)]

    async def types(self, after: int = 0) -> list[str]:
        """Return their types."""
        return [kind for kind, _ in await self.types_and_phones(after)]

    async def messages(self, limit: int = 1000) -> Sequence[Message]:
        """Return the newest messages, newest first."""
        return await self.store.read(ListMessages(self.account_id, limit))

    async def statuses(self) -> list[str]:
        """Return the status of each message, oldest first."""
        return [message.status.value for message in reversed(await self.messages())]

    async def last_event(self) -> int:
        """Return the number of the last event."""
        return (await self.store.read(GetTallies(self.account_id))).events

    async def contact(self, number: str) -> Contact | None:
        """Return the contact with this number."""
        found = await self.store.read(GetContact(self.account_id, number))
        return None if found is None else contact_recorded(found)

    async def count(self) -> int:
        """Return the number of contacts."""
        return (await self.store.read(GetTallies(self.account_id))).contacts

    async def page(
        self,
        by: OrderBy = OrderBy.CREATED_AT,
        *,
        descending: bool = True,
        limit: int = 1000,
        offset: int = 0,
        after: Position | None = None,
        **where: Any,
    ) -> ContactPage:
        """Return one page of the contacts that match `where`."""
        query = ListQuery(ContactFilter(**where), Order(by, descending), limit, offset, after)
        page = await self.store.read(ListContacts(self.account_id, query))
        return ContactPage([contact_recorded(each) for each in page.contacts], page.next)

    async def listed(self, by: OrderBy = OrderBy.CREATED_AT, *, descending: bool = False, **given: Any) -> list[str]:
        """Return the numbers of one page, oldest first by default."""
        return [contact.phone for contact in (await self.page(by, descending=descending, **given)).contacts]

    async def pages(
        self, by: OrderBy, *, descending: bool, limit: int, after: Position | None = None, **where: Any
    ) -> list[Sequence[Contact]]:
        """Return every page from `after` to the last, each found by the cursor of the one before."""
        pages: list[Sequence[Contact]] = []
        while True:
            page = await self.page(by, descending=descending, limit=limit, after=after, **where)
            pages.append(page.contacts)
            if page.next is None:
                return pages
            after = page.next


def attempt(
    webhook_id: int, exchange: Exchange | None = None, *, event_id: int = 0, phone: str = "", **given: Any
) -> Attempt:
    """Return an attempt that is not stored yet."""
    values: dict[str, Any] = {"type": "contact.created", "at": START, "took": 1500, "attempts": 1, "error": ""}
    values |= {"url": "https://example.com/", **given}
    return Attempt(0, webhook_id, event_id, phone, exchange=exchange or Exchange(), **values)


async def new_account(store: Store, name: str) -> AccountDriver:
    """Create an account in the store."""
    key = await store.apply(CreateKey(name, "US", f"key-of-{name}", hash_secret(b"secret"), START))
    return AccountDriver(store, key.account.account_id)
