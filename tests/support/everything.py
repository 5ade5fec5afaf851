"""Every read of a store, to compare two stores, and a store with some data of every kind."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import pytest

from contract.population import populate
from numberkeep.domain.account_commands import RevokeKey, SetAccount
from numberkeep.domain.command import Once
from numberkeep.domain.consent.ledger import broken
from numberkeep.domain.contacts.commands import CreateContact
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.contacts.listing import OrderBy
from numberkeep.domain.errors import AnsweredBefore, VerificationTooSoon
from numberkeep.domain.identity import contact_id_at
from numberkeep.domain.jobs.commands import AddJob, ChangeJob
from numberkeep.domain.jobs.job import JobPart, JobStatus
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.messages.listing import MessageOrder, Span
from numberkeep.domain.messages.message import MessageStatus, ReplyTo
from numberkeep.domain.messages.reply import ReplyRules
from numberkeep.domain.outbox.attempt import Exchange
from numberkeep.domain.outbox.delivery import Delivered, Gone, Undelivered
from numberkeep.domain.session import Session
from numberkeep.domain.stamp import Stamp
from numberkeep.service.copying import Copied, copy
from numberkeep.store.contract import Store
from numberkeep.store.inbox_queries import ListAttempts, ListConversations, ListDays, ListThread
from numberkeep.store.queries import (
    GetAccountBySigningHash,
    GetAgenda,
    GetBacklog,
    GetJobPart,
    GetTallies,
    ListApiKeys,
    ListConsent,
    ListDeadDeliveries,
    ListJobs,
    ListMessages,
    ListOpenReviews,
    ListOptOuts,
    ListWaitingJobs,
    ListWebhooks,
)
from numberkeep.store.session_commands import NoteKeyUse, PutSession
from numberkeep.store.session_queries import GetSession, ListKeyUses
from numberkeep.stores import make_transfer
from support.databases import opened
from support.store import DAY, DEAD, SECOND, START, AccountDriver, new_account, phone

TEXTS: Final = (
    "",
    " ",
    "Z",
    "a",
    "\u00e5",
    "\uffff",
    "\U0001f600",
    "\u200d\U0001f469\u200d\U0001f680\ufe0f",
    "e\u0301",
    "'\"\\;--%_",
    "\t\r\n",
    "\\N",
    "\\.",
    "x" * 4000,
    "\U0001f600" * 4000,
)
"""Texts that a copy might change."""

TAGS: Final = ("red", "Red", "blue", "t", "\U0001f600", "re")
NAMES: Final = ("ours", "theirs", "\u00c5sa's \U0001f600", "empty")


async def fill(store: Store) -> None:
    """Create several accounts in a new store, one of them empty, with rows in every table."""
    drivers = [await new_account(store, name) for name in NAMES]
    for place, account in enumerate(drivers[:3]):
        session = Session(account.account_id, place + 1, "k", b"\x00\xff", b"", TEXTS[6], START, START, START)
        await store.apply(PutSession(account.account_id, session, START))
        await store.apply(NoteKeyUse(account.account_id, TEXTS[6], START + place))
        await account.add_webhook("consent.opted_out")
        await account.add_webhook(
            "contact.deleted", "consent.opted_in", url="https://a.example/", secret=TEXTS[6 + place]
        )
        await account.remove_webhook(1)
        if place < 1:
            await populate(account)
        await account.upsert(
            *[
                account.row(
                    phone(100 + n),
                    first_name=text,
                    last_name=text,
                    company_name=text,
                    tags=(text[:100], "t") if n % 3 else ("t",),
                    custom_variables={"label": text, text[:100]: "v"},
                    opt_out=n % 4 == place,
                )
                for n, text in enumerate(TEXTS)
            ]
        )
        await account.delete(phone(101), phone(104))
        await account.opt_out(phone(500))
        for n in (102, 103, 105, 106):
            await account.opt_out(phone(n), opted_out=False)
            await account.request_verification(phone(n), at=START + n * SECOND, text=TEXTS[n % len(TEXTS)])
        for n, text in enumerate((*TEXTS, " Stop\n", "sTART")):
            await account.receive(phone(110 + n % 6), text, f"{n}\U0001f600" if n % 2 else "", "+14155550100")
        reviewed = [
            (
                await account.receive(
                    phone(710 + n), text, rules=ReplyRules(unclear_opts_out=n == 3, confirmation="Bye.")
                )
            )
            for n, text in enumerate(("No", "don't stop", f"stop {TEXTS[7]}", "please stop"))
        ]
        await account.decide(reviewed[1].review_id, opts_out=False)
        key = f"key-of-{NAMES[place]}"
        session = Session(account.account_id, 7, key, b"\x00\xff", b"", TEXTS[7], START, START, 0)
        await store.apply(PutSession(account.account_id, session, START))
        await store.apply(NoteKeyUse(account.account_id, key, START))
        for text in TEXTS:
            seen = Exchange({"x": text}, text.encode(), 500, b"\x00\xff")
            await account.keep_attempt(2, seen, error=text, phone=phone(1), event_id=3, sample=place == 1)
        outcomes: list[Delivered | Undelivered] = [
            DEAD,
            Delivered(handle="h"),
            Undelivered("busy", account.now + DAY),
            Delivered(MessageStatus.LOGGED),
        ]
        for pending, outcome in zip(await account.take(7, lease=2 * DAY), outcomes, strict=False):
            await account.settle(pending, outcome)
        gone = await account.add_webhook("contact.created", url="https://gone.example/")
        await account.create(phone(601))
        await account.create(phone(602))
        [first, _] = await account.take(busy=(0, 2))
        await account.settle(first, Gone("answered 410"))
        assert gone.webhook_id == 3
        await account.expire(START + 103 * SECOND + DAY)
        running = AddJob(account.account_id, "import", JobStatus.RUNNING, f'["{TEXTS[6]}"]', Stamp(account.tick()))
        job = await store.apply(running)
        parts = [JobPart(job.job_id, "file", n, bytes([place, n, 255]) * n) for n in range(40)]
        await store.apply(ChangeJob(account.account_id, job.job_id, partial(replace, worker="w"), running.stamp, parts))
        words = (TEXTS[6], "basta")[:place]
        text = f"Hi {TEXTS[6 + place]}"
        hashed = bytes([place]) * 32
        await store.apply(SetAccount(NAMES[place], text, hashed, None, words, place == 1, "Bye." * place))
        await store.apply(_once(account, "ours", b"\0\xff answer"))
        await store.apply(_once(account, "\U0001f600", b""))
        await _send(account, place)
    await store.apply(RevokeKey("key-of-theirs", START + 5))


async def _send(account: AccountDriver, place: int) -> None:
    """Send messages of all kinds, one of them to who has opted out, so that its callback is pending."""
    for n, text in enumerate(TEXTS):
        await account.send(
            phone(500 + n),
            text,
            line="+14155550100" if n % 2 else "",
            media_url=f"https://example.com/{n}" if n % 3 else "",
            send_style="slam" * (n % 2),
            seat_id=text[:100],
            reply_to=ReplyTo(text[:100], n or None) if n % 4 == place else None,
            status_callback="https://example.com/status" if n % 2 == 0 else "",
        )
    await account.receive(phone(520), "Hi", f"{place}-sms", service="SMS")


def _once(account: AccountDriver, key: str, answer: bytes) -> Once[Any]:
    number = f"+4930{sum(map(ord, key)):08d}"
    at = account.tick()
    contact_id = contact_id_at(at, account.account_id)
    creation = CreateContact(
        account.account_id, number, ContactPatch(), update_if_exists=True, contact_id=contact_id, stamp=Stamp(at)
    )
    return Once(creation, key, key.encode(), lambda _: answer, START)


async def drivers_of(store: Store) -> list[AccountDriver]:
    """Return every account that has a key, in the order of their ids."""
    accounts = {key.account.account_id: key.account for key in await store.read(ListApiKeys())}
    return [AccountDriver(store, account_id) for account_id in sorted(accounts)]


async def read_all(store: Store) -> dict[str, Any]:
    """Return every read of the contract for every account, in every order, by every tag, filter and cursor."""
    reads: dict[str, Any] = {
        "keys": list(await store.read(ListApiKeys())),
        "signing": [await store.read(GetAccountBySigningHash(bytes([place]) * 32)) for place in range(3)],
        "backlog": await store.read(GetBacklog()),
        "waiting jobs": list(await store.read(ListWaitingJobs(START + 1000 * DAY))),
        "agendas": [await store.read(GetAgenda(START + days * DAY)) for days in range(4)],
    }
    wheres: list[dict[str, Any]] = [
        {},
        {"verified": True},
        {"opt_out": True},
        {"opt_out": False, "tags": ("t",)},
        *({"tags": (tag,)} for tag in (*TAGS, *(text[:100] for text in TEXTS))),
    ]
    for account in await drivers_of(store):
        listed = {
            f"{by} {descending} {where}": [
                list(page) for page in await account.pages(by, descending=descending, limit=7, **where)
            ]
            for by in OrderBy
            for descending in (False, True)
            for where in wheres
        }
        everyone = (await account.page(limit=10_000)).contacts
        reads[str(account.account_id)] = {
            "count": await account.count(),
            "uses of keys": await store.read(ListKeyUses(account.account_id)),
            "sessions": [await store.read(GetSession(account.account_id, n)) for n in range(1, 4)],
            "messages": list(await store.read(ListMessages(account.account_id, 1000))),
            "message pages": [
                await account.message_page(order=order, limit=7, **where)
                for order in MessageOrder
                for where in ({}, {"number": phone(500)}, {"sent": Span(START)}, {"is_outbound": False})
            ],
            "events": list(await account.events()),
            "ledger": list(await store.read(ListConsent(account.account_id, 0, 1000))),
            "reviews": list(await store.read(ListOpenReviews(account.account_id, 0, 1000))),
            "opt-outs": await store.read(ListOptOuts(account.account_id)),
            "webhooks": list(await store.read(ListWebhooks(account.account_id))),
            "dead": list(await store.read(ListDeadDeliveries(account.account_id, 1000))),
            "jobs": list(await store.read(ListJobs(account.account_id, "import", MAX_INTEGER, 100))),
            "conversations": list(await store.read(ListConversations(account.account_id, MAX_INTEGER, 1000))),
            "thread": list(await store.read(ListThread(account.account_id, phone(111), MAX_INTEGER, 1000))),
            "attempts": list(await store.read(ListAttempts(account.account_id, 2, MAX_INTEGER, 1000))),
            "days": list(await store.read(ListDays(account.account_id, 0))),
            "parts": [await store.read(GetJobPart(account.account_id, 1, "file", place)) for place in range(41)],
            "tallies": await store.read(GetTallies(account.account_id)),
            "listed": listed,
            "by number": {contact.phone: await account.contact(contact.phone) for contact in everyone},
        }
    return reads


async def go_on(store: Store) -> dict[str, Any]:
    """Continue with a filled store: verifications, opt-outs, deliveries and counters. Changes the store."""
    reads: dict[str, Any] = {}
    for account in (await drivers_of(store))[:3]:
        account.now += 10_000 * SECOND
        with pytest.raises(VerificationTooSoon) as soon:
            await account.request_verification(phone(105), at=START + 115 * SECOND)
        with pytest.raises(AnsweredBefore) as answered:
            await store.apply(_once(account, "ours", b"another"))
        reads[str(account.account_id)] = {
            "opted out": (await account.create(phone(500))).opt_out,
            "retry after": soon.value.retry_after,
            "answer": answered.value.answer,
            "sent": await account.request_verification(phone(106)),
            "duplicate": (await account.receive(phone(110), "again", "1\U0001f600")).duplicate,
            "verified": (await account.receive(phone(105), "yes", at=START + 120 * SECOND)).verified,
            "replayed": await account.replay(at=START + 3 * DAY),
            "taken": [list(await account.take(at=START + (3 + days) * DAY)) for days in range(3)],
            "webhook": await account.add_webhook(),
            "events": list(await account.events()),
            "messages": list(await store.read(ListMessages(account.account_id, 1000))),
            "count": await account.count(),
        }
        await account.opt_out(phone(500), opted_out=False)
        entries, tallies = (
            await store.read(ListConsent(account.account_id, 0, 1000)),
            await store.read(GetTallies(account.account_id)),
        )
        assert list(broken(entries, tallies.entries, tallies.ledger)) == []
        assert [event.event_id for event in await account.events()] == list(range(1, tallies.events + 1))
    reads["new account"] = (await new_account(store, "one more")).account_id
    return reads


async def copied(source: str, target: str, page: int | None = None, *, force: bool = False) -> Sequence[Copied]:
    """Copy from one URL to another, and check that both are equal."""
    tables = await copy(make_transfer(source), make_transfer(target), page=page, force=force)
    assert [table.table for table in tables if not table.equal] == []
    return tables


async def filled(url: str) -> str:
    """Return the URL of a database with some data of every kind."""
    async with opened(url) as store:
        await fill(store)
    return url
