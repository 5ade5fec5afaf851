"""Seeds: what they add, and how their errors name the entry."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from numberkeep.domain.consent.ledger import ConsentSource
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.domain.messages.message import MessageStatus
from numberkeep.service import contacts, keys
from numberkeep.service.context import Context
from numberkeep.store.queries import GetBacklog, GetTallies, ListConsent, ListMessages, ListOptOuts
from numberkeep.store.sqlite import SqliteStore
from numberkeep.test_mode import seeding

PHONE, OTHER = "+14155552671", "+14155552672"


@pytest.fixture
async def context() -> AsyncIterator[Context]:
    """Return a context over a store of test mode."""
    store = SqliteStore(None, for_tests=True)
    await store.open()
    yield Context(store)
    await store.close()


@pytest.fixture
async def account(context: Context) -> Account:
    """Return the account `default`, region US."""
    return (await keys.create(context, "default", KeyPair("key", "secret"))).account


async def seed(context: Context, account: Account, **given: Any) -> seeding.SeedAnswer:
    """Seed the account."""
    return await seeding.seed(context, account, json.dumps(given).encode())


async def test_contacts_are_as_in_a_bulk_request_and_may_be_verified_or_opted_out(
    context: Context, account: Account
) -> None:
    """In the order of the file, with legacy names too."""
    done = await seed(
        context,
        account,
        contacts=[
            {"phone": "(415) 555-2671", "first_name": "Ada", "tags": ["vip"], "verified": True},
            {"phone": OTHER, "firstName": "Bob", "opt_out": True},
        ],
    )
    assert (done.contacts, done.opt_outs) == (2, 0)
    ada, bob = [await contacts.retrieve(context, account, number) for number in (PHONE, OTHER)]
    assert (ada.first_name, ada.tags, bool(ada.verified), bool(ada.opt_out)) == ("Ada", '["vip"]', True, False)
    assert (bob.first_name, bool(bob.verified), bool(bob.opt_out)) == ("Bob", False, True)
    assert ada.created_at < bob.created_at
    assert ada.contact_id < bob.contact_id


async def test_opt_outs_need_no_contact_and_are_in_the_ledger(context: Context, account: Account) -> None:
    """With the source of other explicit calls."""
    await seed(context, account, opt_outs=["(415) 555-2671", OTHER])
    assert set(await context.store.read(ListOptOuts(account.account_id))) == {PHONE, OTHER}
    entries = await context.store.read(ListConsent(account.account_id, 0, 10))
    assert [(entry.phone, entry.opted_out, entry.source) for entry in entries] == [
        (PHONE, True, ConsentSource.API),
        (OTHER, True, ConsentSource.API),
    ]


async def test_messages_are_stored_as_they_are(context: Context, account: Account) -> None:
    """Nothing is sent, an inbound STOP opts nobody out, and a recipient may have opted out."""
    done = await seed(
        context,
        account,
        opt_outs=[OTHER],
        messages=[
            {"number": "(415) 555-2671", "content": "Hi", "is_outbound": True, "at": "2026-01-01T00:00:00Z"},
            {"number": PHONE, "content": "STOP", "is_outbound": False},
            {"number": OTHER, "media_url": "https://example.com/a.png", "is_outbound": True, "status": "ERROR"},
            {"number": OTHER, "content": "x", "is_outbound": True, "status": "SENT"},
        ],
    )
    assert done.messages == 4
    found = list(reversed(await context.store.read(ListMessages(account.account_id, 10))))
    assert [(each.message_id, each.phone, each.content, each.status, each.plain) for each in found] == [
        (1, PHONE, "Hi", MessageStatus.DELIVERED, True),
        (2, PHONE, "STOP", MessageStatus.RECEIVED, False),
        (3, OTHER, "", MessageStatus.FAILED, True),
        (4, OTHER, "x", MessageStatus.SENT, True),
    ]
    assert found[0].at == found[0].sent_at == 1_767_225_600_000_000
    assert found[1].at < found[2].at == found[2].updated_at < found[3].at == found[3].sent_at
    assert found[2].media_url == "https://example.com/a.png"
    assert set(await context.store.read(ListOptOuts(account.account_id))) == {OTHER}
    assert (await context.store.read(GetBacklog())).waiting == 0


async def test_a_seed_adds_to_what_is_there(context: Context, account: Account) -> None:
    """A second time it changes nothing."""
    for _ in range(2):
        await seed(context, account, contacts=[{"phone": PHONE, "first_name": "Ada", "verified": True}])
        await seed(context, account, contacts=[{"phone": OTHER}], opt_outs=[PHONE])
    assert (await context.store.read(GetTallies(account.account_id))).contacts == 2
    assert (await contacts.retrieve(context, account, PHONE)).first_name == "Ada"


async def test_errors_name_the_entry_and_the_field_and_nothing_is_stored(context: Context, account: Account) -> None:
    """All of them at once."""
    with pytest.raises(InvalidInput, match=r"`contacts\[1\].phone` is not a phone number") as refused:
        await seed(
            context,
            account,
            contacts=[{"phone": PHONE}, {"phone": "?"}, {"phone": OTHER, "nane": "x"}, 5, {"first_name": "Ada"}],
            opt_outs=[OTHER, "?", 5],
            messages=[
                {"number": "?", "content": "x", "is_outbound": True},
                {"number": PHONE, "is_outbound": True},
                {"number": PHONE, "content": "x", "is_outbound": True, "status": "RECEIVED"},
                {"number": PHONE, "content": "x", "is_outbound": False, "status": "SENT"},
                {"number": PHONE, "content": "x", "is_outbound": False, "status": "QUEUED"},
                {"number": PHONE, "content": "x", "is_outbound": False, "at": "yesterday"},
                {"number": PHONE, "content": "x", "is_outbound": False, "at": "1969-12-31T23:59:59Z"},
                {"content": "x"},
            ],
        )
    assert [error.field for error in refused.value.fields] == [
        "contacts[1].phone",
        "contacts[2].nane",
        "contacts[3]",
        "contacts[4].phone",
        "opt_outs[1]",
        "opt_outs[2]",
        "messages[0].number",
        "messages[1].content",
        "messages[2].status",
        "messages[3].status",
        "messages[4].status",
        "messages[5].at",
        "messages[6].at",
        "messages[7].number",
        "messages[7].is_outbound",
    ]
    assert (await context.store.read(GetTallies(account.account_id))).events == 0


async def test_what_the_store_refuses_is_named_too(context: Context, account: Account) -> None:
    """A contact that would have too many variables by all of its changes together."""
    for half in range(2):
        variables = {f"{half} {n}": "x" for n in range(60)}
        entries = [{"phone": OTHER}, {"phone": PHONE, "custom_variables": variables}]
        if not half:
            await seed(context, account, contacts=entries)
            continue
        with pytest.raises(InvalidInput) as refused:
            await seed(context, account, contacts=entries, opt_outs=[OTHER])
        assert [error.field for error in refused.value.fields] == ["contacts[1].custom_variables"]
    assert await context.store.read(ListOptOuts(account.account_id)) == {}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "must be a JSON object"),
        (b"[]", "must be a JSON object"),
        (b'{"contact": []}', "contacts"),
        (b'{"contacts": {}}', "must be an array"),
        (b'{"opt_outs": null}', "must be an array"),
    ],
)
async def test_a_document_of_another_shape_is_refused(
    context: Context, account: Account, data: bytes, reason: str
) -> None:
    """The error says how to fix it."""
    with pytest.raises(InvalidInput, match=reason):
        await seeding.seed(context, account, data)
