"""A store that has numbers, tags and labels in several spellings has each in its one form once it is upgraded.

The stores are those of tests/support/schemas/numbers-*.sql.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from numberkeep.config.settings import Settings
from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.errors import StoreUnusable
from numberkeep.domain.identity import contact_id_text
from numberkeep.service import consent
from numberkeep.service.context import Context
from numberkeep.store import canonical_numbers
from numberkeep.store.canonical_numbers import Report
from numberkeep.store.contract import Store
from numberkeep.store.flow import Flow
from numberkeep.store.queries import GetAccountById, ListConsent, ListOptOuts
from numberkeep.stores import check_database, make_store
from support.databases import ENGINES, NewDatabase, execute, opened
from support.old_stores import STEPS, make
from support.store import DAY, SECOND, START, AccountDriver, new_account

VERSIONS = {"sqlite": 5, "postgres": 3}
KAHLO, FRIDA = 869020893184000001, 869020897280000001
NICK, CAVE = 869020909568000001, 869020913664000001
CONTENTS = (
    "SELECT contact_id, phone, sendblue_number, tags, custom_variables, last_event FROM contacts ORDER BY contact_id",
    "SELECT tag, contact_id FROM contact_tags ORDER BY tag, contact_id",
    "SELECT phone, opted_out_at, entry_id FROM opt_outs ORDER BY phone",
    "SELECT entry_id, phone, at, source, wording, hash FROM consent ORDER BY entry_id",
    "SELECT verification_id, phone, requested_at FROM verifications ORDER BY verification_id",
    "SELECT message_id, phone, line, status FROM messages ORDER BY message_id",
    "SELECT event_id, type, phone, previous_event FROM events ORDER BY event_id",
    "SELECT phone, last_event FROM last_events ORDER BY phone",
    "SELECT target, item, phone, state FROM outbox ORDER BY target, item",
    "SELECT name FROM pending_steps",
)


@pytest.fixture(params=ENGINES)
async def url(new_database: NewDatabase, request: pytest.FixtureRequest) -> str:
    """A store of an earlier version with numbers in several spellings."""
    engine: str = request.param
    made = new_database(engine)
    await make(made, engine, VERSIONS[engine], "numbers-")
    return made


def store_of(url: str) -> Store:
    """The store of a URL, not open."""
    return make_store(Settings(database=url))


async def contents(url: str) -> list[Any]:
    """All that the upgrade may change."""
    return [await execute(url, sql) for sql in CONTENTS]


async def test_contacts_have_the_one_form_of_their_number(url: str) -> None:
    """With everything else as it was; only contacts whose number another has keep their spelling."""
    async with opened(url) as store:
        ours = AccountDriver(store, 1)
        assert {contact.first_name: contact.phone for contact in (await ours.page()).contacts} == {
            "Ada": "+442079460018",
            "Curie": "+33142685300",
            "Kahlo": "+525512345678",
            "Frida": "+5215512345678",
            "Nick": "+61412345678",
            "Cave": "+610412345678",
            "Emmy": "+4930123456",
            "Yoko": "+818012345678",
            "First": "+442079460019",
            "Second": "+44002079460019",
            "Grace": "+14155550101",
            "Dead": "+33142685311",
        }
        ada = await ours.contact("+442079460018")
        assert isinstance(ada, Contact)
        assert (ada.tags, ada.custom_variables, ada.sendblue_number) == (
            ("vip", "caf\u00e9"),
            {"caf\u00e9": "1"},
            "+442079460000",
        )
        assert await ours.listed(tags=("caf\u00e9",)) == ["+442079460018"]
        assert (await ours.page(contact_id=FRIDA)).contacts[0].first_name == "Frida"
        assert {(message.phone, message.line) for message in await ours.messages() if message.line} == {
            ("+442079460018", "+442079460000"),
            ("+79123456789", "+442079460000"),
        }


async def test_an_opt_out_holds_for_the_one_form(url: str) -> None:
    """With a ledger entry that names the spelling; contacts that share a number are both opted out."""
    async with opened(url) as store:
        ours = AccountDriver(store, 1)
        opted_out = {contact.first_name for contact in (await ours.page(opt_out=True)).contacts}
        assert opted_out == {"Curie", "Kahlo", "Frida", "Nick", "Cave", "Yoko"}
        assert set(await store.read(ListOptOuts(1))) == {
            "+33142685300",
            "+525512345678",
            "+5215512345678",
            "+61412345678",
            "+610412345678",
            "+818012345678",
            "+819012345678",
        }
        entries = await store.read(ListConsent(1, 7, 100))
        assert [(entry.phone, entry.source.value, entry.wording, entry.opted_out) for entry in entries] == [
            ("+33142685300", "migration", "+330142685300", True),
            ("+525512345678", "migration", "+5215512345678", True),
            ("+610412345678", "migration", "+61412345678", True),
            ("+819012345678", "migration", "+8109012345678", True),
        ]
        account = await store.read(GetAccountById(1))
        assert account is not None
        assert (await consent.verify(Context(store), account)).faults == []
        ours.now = START + DAY // 2
        assert (await ours.receive("+442079460018")).verified
        for phone in ("+525512345678", "+610412345678", "+818012345678"):
            assert not (await ours.receive(phone)).verified


async def test_the_invariants_hold(url: str) -> None:
    """The chain of events and the outbox among them; and after more was done with the numbers."""
    async with opened(url) as store:
        ours = AccountDriver(store, 1)
        ours.now = START + DAY // 2
        for phone in ("+442079460018", "+33142685300", "+4930123456", "+819012345678"):
            await ours.opt_out(phone, opted_out=False)
            await ours.create(phone, update_if_exists=True, last_name="New")
        await ours.delete("+525512345678", "+818012345678")
        links = {event.event_id: event.phone for event in await ours.events()}
        rows = await execute(url, "SELECT event_id, phone, previous_event FROM events WHERE previous_event > 0")
        assert all(links[previous] == phone and previous < event_id for event_id, phone, previous in rows)
    assert list((await check_database(url)).faults) == []


async def test_collisions_are_reported_once(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """By `upgrade` and in the log, by the contacts' ids and without their numbers; then nothing is left to do."""
    caplog.set_level("INFO", "numberkeep.store")
    done = await store_of(url).upgrade()
    assert list(done.collisions) == [(FRIDA, KAHLO), (CAVE, NICK)]
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert all(contact_id_text(contact_id) in told for contact_id in (FRIDA, KAHLO, CAVE, NICK))
    assert "the numbers of 5 contacts" in told
    assert "551234" not in told
    before = await contents(url)
    assert list((await store_of(url).upgrade()).collisions) == []
    assert await contents(url) == before


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("older", ["+442079460018", "+4402079460018"])
async def test_a_number_keeps_one_verification(new_database: NewDatabase, engine: str, older: str) -> None:
    """The one that waits for an answer, in whichever spelling; else the later one."""
    url = new_database(engine)
    newer = {"+442079460018", "+4402079460018"} - {older}
    async with opened(url) as store:
        ours = await new_account(store, "ours")
        for phone in (older, *newer):
            await ours.create(phone)
            assert await ours.request_verification(phone)
            if phone == older:
                await ours.delete(phone)
        await execute(url, "INSERT INTO pending_steps VALUES ('canonical_numbers')", "SELECT 1")
    async with opened(url) as store:
        rows = await execute(url, "SELECT verification_id, phone FROM verifications")
        assert rows == [(2, "+442079460018")]
        ours = AccountDriver(store, 1)
        ours.now = START + 60 * SECOND
        assert (await ours.receive("+442079460018")).verified
    assert list((await check_database(url)).faults) == []


class PowerCutError(Exception):
    """The process ends here."""


async def test_an_upgrade_that_is_cut_goes_on(
    url: str, new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two of its transactions, and within each: nobody reads the store before it is finished."""
    engine = "sqlite" if url.startswith("sqlite") else "postgres"
    await store_of(url).upgrade()
    whole = await contents(url)
    monkeypatch.setattr(canonical_numbers, "_PAGE", 3)
    pages = canonical_numbers.pages
    cut = new_database(engine)
    await make(cut, engine, VERSIONS[engine], "numbers-")
    left = 0

    def cut_pages(report: Report) -> Iterator[Flow[None]]:
        for number, page in enumerate(pages(report)):
            yield _broken(page) if number == left else page

    def _broken(page: Flow[None]) -> Flow[None]:
        yield from page
        raise PowerCutError

    monkeypatch.setattr(canonical_numbers, "pages", cut_pages)
    while True:
        try:
            await store_of(cut).upgrade()
        except PowerCutError:
            left += 1
        else:
            break
        with pytest.raises(StoreUnusable, match="was not finished"):
            await store_of(cut).open(migrate=False)
    assert left > len(CONTENTS)
    assert await contents(cut) == whole


async def test_stores_that_upgrade_together_do_it_once(url: str) -> None:
    """Each waits for the others' transactions, and sees what they did."""
    done = await asyncio.gather(*[store_of(url).upgrade() for _ in range(3)])
    assert {each.after for each in done} == {len(STEPS["sqlite" if url.startswith("sqlite") else "postgres"])}
    assert (await execute(url, "SELECT count(*) FROM consent WHERE source = 'migration'")) == [(4,)]
