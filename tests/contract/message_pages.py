"""Pages of messages: filters, orders, and how many there are."""

import random
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final

import pytest

from contract.deliveries import AT
from numberkeep.domain.messages.listing import MessageOrder, Span
from numberkeep.domain.messages.message import Direction, Message, MessageStatus
from numberkeep.domain.outbox.delivery import Delivered, PendingMessage, Undelivered
from support.store import DEAD, PHONE, SECOND, START, AccountDriver, phone

LINE, OTHER = "+14155550100", "+14155550101"
STATUSES: Final = (MessageStatus.FAILED, MessageStatus.CANCELED)
WHERES: Final[Sequence[dict[str, Any]]] = (
    {"number": phone(1)},
    {"number": LINE},
    {"number": "12345"},
    {"number": phone(99)},
    {"sender": LINE},
    {"sender": phone(1)},
    {"recipient": LINE},
    {"recipient": phone(2)},
    {"line": OTHER},
    {"line": phone(1)},
    {"line": ""},
    {"sender": LINE, "recipient": phone(1)},
    {"sender": phone(1), "recipient": phone(1)},
    {"sender": phone(1), "recipient": phone(2)},
    {"sender": LINE, "line": OTHER},
    {"number": phone(1), "line": LINE, "is_outbound": True},
    {"number": phone(1), "sender": phone(1)},
    {"number": LINE, "sender": LINE, "recipient": phone(1), "line": LINE, "is_outbound": True},
    {"is_outbound": True},
    {"is_outbound": False},
    {"is_outbound": False, "recipient": LINE},
    {"is_outbound": True, "recipient": LINE},
    {"statuses": STATUSES},
    {"statuses": (MessageStatus.RECEIVED,), "is_outbound": True},
    {"statuses": ()},
    {"statuses": (MessageStatus.SENT,), "number": phone(1)},
    {"service": "SMS"},
    {"service": "RCS", "number": phone(1)},
    {"created": Span(START + 3 * SECOND, START + 9 * SECOND)},
    {"created": Span(START + 5 * SECOND)},
    {"created": Span(None, START + 5 * SECOND), "number": phone(1)},
    {"updated": Span(AT, AT + 3 * SECOND)},
    {"updated": Span(None, AT)},
    {"sent": Span(0, AT + 4 * SECOND)},
    {"sent": Span(None, AT)},
    {"sent": Span(AT), "statuses": (MessageStatus.SENT,)},
)


def fits(message: Message, where: dict[str, Any]) -> bool:
    """Return whether a message meets a filter; the rules once more, in other words."""
    outbound = message.direction is Direction.OUTBOUND
    ends = (message.line, message.phone) if outbound else (message.phone, message.line)
    found = {"sender": ends[0], "recipient": ends[1], "line": message.line, "is_outbound": outbound}
    found["service"] = message.service
    for name, wanted in where.items():
        if name == "number":
            held = wanted in ends
        elif name == "statuses":
            held = message.status in wanted
        elif isinstance(wanted, Span):
            time = {"created": message.at, "updated": message.updated_at, "sent": message.sent_at}[name]
            from_ = wanted.first is None or time >= wanted.first
            held = from_ and (wanted.last is None or time <= wanted.last) and (name != "sent" or time > 0)
        else:
            held = found[name] == wanted and wanted != ""
        if not held:
            return False
    return True


class MessagePageContract:
    """ListMessagePage."""

    @pytest.fixture
    async def ours_with_messages(self, ours: AccountDriver, theirs: AccountDriver) -> AccountDriver:
        """Return an account with messages of all kinds, some of them at one time, beside another one."""
        chance = random.Random(7)
        for account in (theirs, ours):
            await account.opt_out(phone(3), at=START)
            for n in range(40):
                number, line = phone(n % 5), (LINE, OTHER, "")[n % 3]
                at = START + n // 3 * SECOND
                if n % 4:
                    await account.send(number, f"to {n}", at=at, line=line)
                else:
                    service = ("SMS", "iMessage", "")[n % 3]
                    await account.receive(number, f"from {n}", "", line, at=at, service=service)
            await account.receive("12345", "code", "", LINE, at=START)
            await account.send(LINE, "to myself", at=START, line=LINE)
            outcomes: list[Delivered | Undelivered] = [
                Delivered(service="RCS"),
                Delivered(MessageStatus.LOGGED),
                DEAD,
                Undelivered("busy", AT * 2),
            ]
            for turn in range(4):
                for pending in await account.take(at=AT + turn):
                    assert isinstance(pending, PendingMessage)
                    at = AT + chance.randrange(4) * SECOND
                    await account.settle(pending, chance.choice(outcomes), at=at)
        return ours

    @pytest.mark.parametrize("order", MessageOrder)
    async def test_every_filter_in_every_order(self, ours_with_messages: AccountDriver, order: MessageOrder) -> None:
        """Exactly the messages that meet it, sorted, ties by number; and how many there are."""
        every = await ours_with_messages.messages()
        assert len(every) == 42
        assert {message.status for message in every} >= {*STATUSES, MessageStatus.SENT, MessageStatus.LOGGED} - {
            MessageStatus.CANCELED
        }
        time_of = attrgetter({MessageOrder.CREATED_AT: "at"}.get(order, order.value))
        for where in ({}, *WHERES):
            expected = sorted(
                (message for message in every if fits(message, where)),
                key=lambda message: (time_of(message), message.message_id),
            )
            for descending in (False, True):
                page = await ours_with_messages.message_page(order=order, descending=descending, **where)
                assert list(page.messages) == expected[:: -1 if descending else 1], where
                assert page.total == len(expected), where

    async def test_pages_by_offset(self, ours_with_messages: AccountDriver) -> None:
        """Together they are the listing, and each has the same total, also one beyond the end."""
        for where in ({}, {"is_outbound": True}, {"number": phone(1)}):
            whole = await ours_with_messages.message_page(**where)
            pages = [
                await ours_with_messages.message_page(limit=4, offset=offset, **where)
                for offset in range(0, whole.total + 5, 4)
            ]
            assert [message for page in pages for message in page.messages] == list(whole.messages)
            assert {page.total for page in pages} == {whole.total}
            assert pages[-1].messages == []

    async def test_filters_are_not_for_every_account(
        self, ours_with_messages: AccountDriver, theirs: AccountDriver
    ) -> None:
        """Another account's messages are neither listed nor counted."""
        await theirs.send(phone(77))
        assert (await ours_with_messages.message_page(number=phone(77))).total == 0
        assert (await ours_with_messages.message_page()).total == 42

    async def test_an_account_without_messages(self, ours: AccountDriver) -> None:
        """Has an empty page."""
        for where in ({}, {"number": PHONE}, {"statuses": ()}):
            page = await ours.message_page(**where)
            assert (list(page.messages), page.total) == ([], 0)
