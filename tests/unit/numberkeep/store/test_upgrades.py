"""Opening a store of an earlier numberkeep upgrades it without losing data.

Every schema version of each engine has a file in tests/support/schemas; these tests run for each.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from numberkeep.config.settings import Settings
from numberkeep.domain.command import Once
from numberkeep.domain.consent.ledger import broken
from numberkeep.domain.contacts.commands import CreateContact
from numberkeep.domain.contacts.contact import Contact, ContactPatch
from numberkeep.domain.contacts.listing import OrderBy
from numberkeep.domain.contacts.search import search_text
from numberkeep.domain.errors import AnsweredBefore, StoreTooNew, StoreUnusable, VerificationTooSoon
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.outbox.delivery import PendingMessage
from numberkeep.domain.stamp import Stamp
from numberkeep.service import consent
from numberkeep.service.context import Context
from numberkeep.store.contract import Store
from numberkeep.store.inbox_queries import ListConversations, ListDays
from numberkeep.store.queries import (
    GetAccountById,
    GetBacklog,
    GetTallies,
    ListApiKeys,
    ListConsent,
    ListMessages,
    ListOptOuts,
)
from numberkeep.store.transfer import TABLES
from numberkeep.stores import check_database, make_store
from support.databases import ENGINES, NewDatabase, execute, opened
from support.old_stores import (
    ADA,
    CHANGE_LOG,
    CURIE,
    EVE,
    NAMELESS,
    OUR_MESSAGES,
    SINCE,
    SMILE,
    STEPS,
    THEIR_MESSAGES,
    VERSIONS,
    canceled,
    keys_of,
    make,
    our_messages,
)
from support.store import DAY, SECOND, START, AccountDriver, new_account


@pytest.fixture(params=VERSIONS, ids=lambda version: f"{version[0]}-{version[1]}")
def version(request: pytest.FixtureRequest) -> tuple[str, int]:
    """Return an engine and one of its schema versions."""
    version: tuple[str, int] = request.param
    return version


@pytest.fixture
async def url(new_database: NewDatabase, version: tuple[str, int]) -> str:
    """Return the URL of a database of that version."""
    made = new_database(version[0])
    await make(made, *version)
    return made


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """Return that database, opened by the current store."""
    async with opened(url) as store:
        yield store


async def test_the_golden_rows_fill_every_table(url: str, version: tuple[str, int]) -> None:
    """An empty table could be lost in an upgrade without a test noticing."""
    for table in TABLES:
        if SINCE.get((version[0], table.name), 1) <= version[1]:
            assert await execute(url, f"SELECT count(*) FROM {table.name}") != [(0,)], table.name


async def test_all_data_is_readable_and_unchanged(store: Store, version: tuple[str, int]) -> None:
    """Keys, contacts in every order, tags, filters, counts and messages match the golden rows."""
    ours, theirs = AccountDriver(store, 1), AccountDriver(store, 2)
    assert list(await store.read(ListApiKeys())) == keys_of(*version)
    assert [await ours.count(), await theirs.count()] == [3, 2]
    for by, expected in {
        OrderBy.CREATED_AT: [ADA, NAMELESS, SMILE],
        OrderBy.FIRST_NAME: [NAMELESS, ADA, SMILE],
        OrderBy.LAST_NAME: [NAMELESS, SMILE, ADA],
        OrderBy.PHONE: [NAMELESS, ADA, SMILE],
    }.items():
        assert list((await ours.page(by, descending=False)).contacts) == expected
        assert list((await ours.page(by)).contacts) == expected[::-1]
    assert list((await theirs.page(descending=False)).contacts) == [EVE, CURIE]
    wheres: list[tuple[dict[str, Any], list[Contact]]] = [
        ({"tags": ("vip",)}, [ADA, SMILE]),
        ({"tags": ("\U0001f600", "vip")}, [ADA]),
        ({"verified": True}, [ADA]),
        ({"opt_out": True}, [NAMELESS]),
    ]
    for where, found in wheres:
        assert list((await ours.page(descending=False, **where)).contacts) == found
    for contact in (ADA, NAMELESS, SMILE):
        assert await ours.contact(contact.phone) == contact
    if version[1] >= CHANGE_LOG[version[0]]:
        assert (list(await store.read(ListMessages(1, 10))), list(await store.read(ListMessages(2, 10)))) == (
            our_messages(*version),
            THEIR_MESSAGES,
        )
    else:  # of unsent messages, only those of a pending verification are sent
        last, first = THEIR_MESSAGES
        assert list(await store.read(ListMessages(1, 10))) == canceled(*OUR_MESSAGES)
        assert list(await store.read(ListMessages(2, 10))) == [last, *canceled(first)]


async def test_conversations_and_days_are_those_of_the_rows(store: Store, version: tuple[str, int]) -> None:
    """The last message of each number, and on each day what the log and the ledger still have."""
    found = await store.read(ListConversations(1, MAX_INTEGER, 10))
    assert [(each.message.phone, each.message.message_id) for each in found] == [
        (ADA.phone, 3),
        (SMILE.phone, 2),
    ]
    days = {type_: count for _, type_, count in await store.read(ListDays(1, 0))}
    log = {"consent.opted_out": 1, "contact.updated": 1} if version[1] >= CHANGE_LOG[version[0]] else {}
    assert days == {"contact.created": 3, **log}


async def test_a_new_message_gets_the_next_number(store: Store, url: str) -> None:
    """Messages are numbered from 1 without gaps within their account, across the upgrade; newest first."""
    for account_id, contact in ((1, SMILE), (2, EVE), (1, SMILE)):
        driver = AccountDriver(store, account_id)
        assert await driver.request_verification(contact.phone, text="New", at=START + 99 * SECOND, resend_after=0)
    assert [message.content for message in await store.read(ListMessages(1, 10))] == [
        "New",
        "New",
        "Again",
        "It's you?",
        "Hello",
    ]
    assert [message.content for message in await store.read(ListMessages(2, 10))] == [
        "New",
        "Again",
        "Hello \U0001f600",
    ]
    numbers = await execute(url, "SELECT account_id, message_id FROM messages ORDER BY account_id, message_id")
    assert numbers == [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 1), (2, 2), (2, 3)]


async def test_opt_outs_and_intervals_still_hold(store: Store) -> None:
    """Opt-outs with and without a contact, and the wait before the next verification message."""
    ours, theirs = AccountDriver(store, 1), AccountDriver(store, 2)
    ours.now = theirs.now = START + 100 * SECOND
    assert [(await ours.create(f"+1415555{n}")).opt_out for n in ("0199", "0198")] == [True, False]
    assert (await theirs.create(NAMELESS.phone)).opt_out
    with pytest.raises(VerificationTooSoon) as soon:
        await ours.request_verification(SMILE.phone, at=START + 13 * SECOND)
    assert soon.value.retry_after == 59
    assert await ours.request_verification(SMILE.phone, at=START + 72 * SECOND) is True


async def test_the_ledger_of_an_upgraded_store_is_intact(store: Store) -> None:
    """Opt-outs from before the ledger hold without an entry, and are no fault."""
    for account_id in (1, 2):
        account = await store.read(GetAccountById(account_id))
        assert account
        assert (await consent.verify(Context(store), account)).faults == []


async def test_queued_messages_are_sent(store: Store, version: tuple[str, int]) -> None:
    """Pending messages are taken in order per number; obsolete ones are canceled."""
    ours, theirs = AccountDriver(store, 1), AccountDriver(store, 2)
    assert (await store.read(GetBacklog())).waiting == (5 if version[1] >= CHANGE_LOG[version[0]] else 1)
    taken = [
        [
            pending.message
            for pending in await theirs.take(at=START + 20 * SECOND)
            if isinstance(pending, PendingMessage)
        ]
        for _ in range(3)
    ]
    assert [each for each in taken if each] == [THEIR_MESSAGES[:1]]  # a later request superseded the older one
    assert await theirs.statuses() == ["canceled", "queued"]
    plain = [message for message in our_messages(*version) if message.plain]  # nobody has to be asked for these
    mine = [pending for _ in range(2) for pending in await ours.take(at=START + 20 * SECOND)]
    assert [pending.message for pending in mine if isinstance(pending, PendingMessage)] == plain
    asked = ["canceled"] * (3 - len(plain))  # Ada is verified, and Smile was asked again
    assert await ours.statuses() == [*asked, *("queued" for _ in plain)]
    assert (await store.read(GetBacklog())).waiting == 1 + len(plain)


async def test_pending_verifications_can_be_answered(store: Store) -> None:
    """A reply within a day of a request from before the upgrade verifies once; other contacts are not verified."""
    ours, theirs = AccountDriver(store, 1), AccountDriver(store, 2)
    assert (await theirs.receive(EVE.phone, at=START + 11 * SECOND + DAY - 1)).verified
    assert not (await ours.receive(ADA.phone, at=START + 20 * SECOND)).verified
    assert not (await ours.receive(NAMELESS.phone, at=START + 20 * SECOND)).verified
    assert not (await ours.receive(SMILE.phone, at=START + 12 * SECOND + DAY)).verified
    assert await theirs.listed(verified=True) == [EVE.phone, CURIE.phone]
    assert await ours.listed(verified=True) == [ADA.phone]


async def test_the_ledger_and_the_log_continue(store: Store, version: tuple[str, int]) -> None:
    """Opt-outs from before the ledger have entry 0; new entries and events continue numbers and chain."""
    kept = int(version[1] >= CHANGE_LOG[version[0]])
    ours = AccountDriver(store, 1)
    assert await store.read(ListOptOuts(1)) == {NAMELESS.phone: kept, "+14155550199": 0}
    assert await store.read(ListOptOuts(2)) == {NAMELESS.phone: 0}
    before = await ours.last_event()
    assert before == 2 * kept
    await ours.opt_out("+14155550199", opted_out=False)
    await ours.opt_out("+14155550199")
    assert await store.read(ListOptOuts(1)) == {NAMELESS.phone: kept, "+14155550199": kept + 2}
    assert [event.event_id for event in await ours.events(before)] == [before + 1, before + 2]
    assert await ours.types(before) == ["consent.opted_in", "consent.opted_out"]
    tallies = await store.read(GetTallies(1))
    assert tallies.entries == kept + 2
    assert list(broken(await store.read(ListConsent(1, 0, 100)), tallies.entries, tallies.ledger)) == []


async def test_stored_responses_are_replayed(store: Store, version: tuple[str, int]) -> None:
    """Repeating a request from before the upgrade returns its response; new keys always work."""
    creation = CreateContact(
        1, "+14155550190", ContactPatch(), update_if_exists=False, contact_id=7, stamp=Stamp(START)
    )

    async def ask(key: str) -> bytes:
        with pytest.raises(AnsweredBefore) as answered:
            await store.apply(Once(creation, key, b"f", lambda _: b"new", START + SECOND))
        return answered.value.answer

    if version[1] >= SINCE.get((version[0], "answers"), 1):
        assert [await ask("k1"), await ask("\U0001f600")] == [b"\x00\xff{}", b""]
    assert (await store.apply(Once(creation, "k2", b"f", lambda _: b"new", START))).phone == "+14155550190"
    assert await ask("k2") == b"new"


async def test_an_upgraded_store_works(store: Store, url: str, version: tuple[str, int]) -> None:
    """Contacts can be changed and deleted, counts and tags follow, and reopening migrates nothing."""
    ours = AccountDriver(store, 1)
    ours.now = START + 100 * SECOND
    await ours.update(ADA.phone, tags=("new",), first_name="Augusta")
    await ours.delete(SMILE.phone)
    await ours.upsert(ours.row("+14155550180", tags=("vip",)), ours.row("+14155550181"))
    assert await ours.count() == 4
    assert [await ours.listed(tags=(tag,)) for tag in ("new", "vip")] == [[ADA.phone], ["+14155550180"]]
    assert (await new_account(store, "third")).account_id == 3
    async with opened(url) as again:
        assert await AccountDriver(again, 1).count() == 4
    assert list((await check_database(url)).faults) == []
    applied = await execute(url, "SELECT version, checksum FROM schema_migrations ORDER BY version")
    assert applied == [(step.version, step.checksum) for step in STEPS[version[0]]]


async def test_an_upgrade_reports_what_it_did(url: str, version: tuple[str, int]) -> None:
    """`upgrade` returns both versions; a second call reports no migrations."""
    newest = len(STEPS[version[0]])
    for before in (version[1], newest):
        done = await make_store(Settings(database=url)).upgrade()
        assert (done.before, done.after, done.spread) == (before, newest, None)


@pytest.mark.parametrize("engine", ENGINES)
async def test_stores_that_open_a_new_database_together_all_succeed(new_database: NewDatabase, engine: str) -> None:
    """Each finds the complete schema, which is created once."""
    url = new_database(engine)
    stores = [make_store(Settings(database=url)) for _ in range(8)]
    await asyncio.gather(*[store.open() for store in stores])
    for number, store in enumerate(stores):
        assert (await new_account(store, str(number))).account_id == number + 1
    await asyncio.gather(*[store.close() for store in stores])
    assert await execute(url, "SELECT count(*) FROM schema_migrations") == [(len(STEPS[engine]),)]


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_newer_or_modified_schema_is_refused_unchanged(new_database: NewDatabase, engine: str) -> None:
    """A store with an unknown or different migration is not opened."""
    url = new_database(engine)
    await make(url, engine, len(STEPS[engine]))
    later = len(STEPS[engine]) + 1
    await execute(url, f"INSERT INTO schema_migrations VALUES ({later}, 'later')")
    with pytest.raises(StoreTooNew, match=f"version {later}, .*use the newer numberkeep"):
        async with opened(url):
            pass
    await execute(url, f"DELETE FROM schema_migrations WHERE version = {later}")
    await execute(url, "UPDATE schema_migrations SET checksum = 'other' WHERE version = 1")
    with pytest.raises(StoreUnusable, match="step 1 of the database's schema differs"):
        async with opened(url):
            pass
    assert (await execute(url, "SELECT checksum FROM schema_migrations WHERE version = 1")) == [("other",)]


async def test_words_are_found_in_contacts_from_before(store: Store, url: str) -> None:  # noqa: ARG001 - it upgrades
    """Each has the text in which they are searched."""
    rows = await execute(url, "SELECT contact_id, search_text FROM contacts")
    assert dict(map(tuple, rows)) == {each.contact_id: search_text(each) for each in (ADA, NAMELESS, SMILE, EVE, CURIE)}
