"""The documents of snapshots: what they refuse, and that any JSON library may carry them."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from numberkeep.domain.errors import InvalidInput
from numberkeep.service import snapshots
from numberkeep.store.contract import Store
from numberkeep.store.sqlite import SqliteStore
from numberkeep.store.transfer import ACCOUNTS, TABLES
from numberkeep.store.whole_account import SETTINGS, Contents, ReadContents
from support.everything import drivers_of, fill


@pytest.fixture
async def contents() -> Contents:
    """Return everything of an account with rows in every table."""
    store: Store = SqliteStore(None)
    await store.open()
    try:
        await fill(store)
        account = (await drivers_of(store))[0]
        return await store.apply(ReadContents(account.account_id))
    finally:
        await store.close()


def sent(contents: Contents) -> Any:
    """Return the document as it is after it was sent."""
    return json.loads(msgspec.json.encode(snapshots.dump(contents)))


async def test_a_document_is_what_it_was_made_of(contents: Contents) -> None:
    """Texts, bytes, absent values and integers of any size."""
    assert snapshots.load(sent(contents)) == contents


async def test_a_document_survives_a_library_whose_numbers_are_floats(contents: Contents) -> None:
    """As in JavaScript, which writes whole numbers without a fraction, and in another order of fields."""
    through = json.loads(json.dumps(sent(contents)), parse_int=lambda text: int(float(text)))
    reordered = json.loads(json.dumps(through, sort_keys=True, indent=2, ensure_ascii=False))
    assert snapshots.load(reordered) == contents


def test_every_other_table_is_about_accounts() -> None:
    """What belongs to no account cannot be in a snapshot, and is not deleted with an account."""
    assert {table.name for table in TABLES if not table.of_account} == {"accounts", "api_keys"}


def test_every_setting_of_an_account_is_covered() -> None:
    """What is not a setting is the account's identity."""
    assert set(ACCOUNTS.values) - set(SETTINGS) == {"name", "created_at", "signing_hash"}


def _version(document: Any) -> None:
    document["numberkeep_snapshot"] = 2


def _cell(document: Any) -> None:
    document["content"]["tables"]["contacts"]["rows"][0][3] = "Eve"


def _short(document: Any) -> None:
    document["content"]["tables"]["contacts"]["rows"].pop()


def _no_content(document: Any) -> None:
    del document["content"]


def _signed(change: Callable[[Any], None]) -> Callable[[Any], None]:
    def changed(document: Any) -> None:
        change(document["content"])
        document["sha256"] = snapshots._sha256(document["content"])

    return changed


def _another_column(content: Any) -> None:
    content["tables"]["contacts"]["columns"][-1] = "colour"


def _no_table(content: Any) -> None:
    del content["tables"]["reviews"]


def _another_number(content: Any) -> None:
    content["numbers"]["last_thing"] = 1


def _narrow_row(content: Any) -> None:
    content["tables"]["contacts"]["rows"][0].pop()


def _not_base64(content: Any) -> None:
    content["numbers"]["ledger"] = {"base64": "?"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_version, "version 2, but this numberkeep .* reads version 1: take it again"),
        (_cell, "changed or is damaged"),
        (_short, "changed or is damaged"),
        (_no_content, "changed or is damaged"),
        (_signed(_another_column), "does not fit the tables of this one .* contacts: take it again"),
        (_signed(_no_table), "reviews: take it again"),
        (_signed(_another_number), "numbers: take it again"),
        (_signed(_narrow_row), "changed or is damaged"),
        (_signed(_not_base64), "changed or is damaged"),
    ],
)
async def test_a_document_that_does_not_fit_is_refused(
    contents: Contents, change: Callable[[Any], None], reason: str
) -> None:
    """With what is wrong, and what to do."""
    document = sent(contents)
    change(document)
    with pytest.raises(InvalidInput, match=reason):
        snapshots.load(document)


@pytest.mark.parametrize("document", [[], "x", None, {}, {"contacts": []}])
def test_another_document_is_refused(document: object) -> None:
    """It does not even say that it is a snapshot."""
    assert not snapshots.is_snapshot(document)
    with pytest.raises(InvalidInput, match="not a snapshot"):
        snapshots.load(document)
