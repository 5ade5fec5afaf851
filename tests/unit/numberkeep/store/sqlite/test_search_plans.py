"""Every statement of a search reads along an index, whatever its order, filter and words are.

The statements are those that searches run on a small account, for which a few contacts count as many.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import product
from typing import Any, Final

import apsw
import pytest

from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, Order, OrderBy, Position
from numberkeep.domain.contacts.search import parse_search
from numberkeep.store.search_way import Lookup
from numberkeep.store.sqlite import search_index, searching
from numberkeep.store.sqlite.connection import Database
from numberkeep.store.sqlite.listing_sql import SELECT
from numberkeep.store.sqlite.searching import Finding

Traced = tuple[str, Any]

CONTACTS: Final = 60
WORDS: Final = ("ada", "ad", "a", "山", "0042", "+1415", "ada lovelace7", "ada 42", "nobody", "ada " * 60)
FILTERS: Final[dict[str, dict[str, Any]]] = {
    "everyone": {},
    "tag": {"tags": ("vip",)},
    "tags": {"tags": ("vip", "red")},
    "verified": {"verified": True},
    "unverified": {"verified": False},
    "opted-out": {"opt_out": True},
    "opted-in": {"opt_out": False, "verified": True},
    "unclear": {"unclear": True},
    "since": {"created_from": 10},
    "between": {"created_from": 10, "created_before": 50, "opt_out": True},
    "number": {"phone": "+14155551010"},
    "id": {"contact_id": 1010, "opt_out": True},
    "tag-and-more": {"tags": ("vip",), "created_before": 50, "verified": True, "unclear": False},
}
WAYS: Final[dict[str, dict[str, Any]]] = {
    "candidates": {"WALKS": (1, 2), "_LOOKUPS": (Lookup(0, 1000),), "_TESTS": 0},
    "walks": {"WALKS": (2, 4), "_LOOKUPS": (Lookup(0, 0),)},
    "both": {"WALKS": (1, 1), "_LOOKUPS": (Lookup(2, 4), Lookup(4, 8)), "_VERY_FEW": 2},
}
ORDERS: Final = [Order(by, descending) for by in OrderBy for descending in (True, False)]

# Contacts that are not indexed yet are few; f are the candidates.
_SMALL = r"SCAN (unindexed_contacts|json_each|f|\(subquery-\d+\))( VIRTUAL TABLE INDEX 1:)?"
_OF_WORDS = r"SCAN contact_search VIRTUAL TABLE INDEX \d+:M\d|SCAN contact_search_terms VIRTUAL TABLE INDEX [1-9]\d*:"
_may_be_scanned = re.compile(f"{_SMALL}|{_OF_WORDS}").fullmatch
_LOOKUP = r"SEARCH \w+ (EXISTS )?USING .*\((rowid=\?|account_id=\? AND .+)\)"
_SOURCE = r"SEARCH contacts USING COVERING INDEX contacts_(verified|opt_out) \(account_id=\?\)"
_is_lookup = re.compile(f"{_LOOKUP}|{_SOURCE}|SEARCH accounts .*").fullmatch
_WALK = r"SEARCH [ct] USING (?:COVERING )?(?:INDEX )?(contacts_\w+|PRIMARY KEY) \(account_id=\?.*\)"
_walk = re.compile(_WALK).fullmatch


@pytest.fixture(scope="module")
def filled() -> Iterator[apsw.Connection]:
    """Return a database, without statistics as that of a service, with two accounts and an index of their words."""
    database = Database(None)
    with closing(database.connect()) as connection:
        database.migrate(connection)
        for account_id in (1, 2):
            connection.execute(
                "INSERT INTO accounts (account_id, name, region, created_at, contact_count) VALUES (?1, ?1, '', 1, ?2)",
                (account_id, CONTACTS),
            )
            connection.execute(
                "INSERT INTO contacts (account_id, contact_id, phone, created_at, first_name, last_name, company_name, "
                "assigned_to_email, sendblue_number, tags, custom_variables, verified, opt_out, search_text) "
                "SELECT ?1, 1000 * ?1 + value, '+1415555' || (1000 + value), value, 'Ada', 'Lovelace' || value % 9, "
                "'', '', '', '[\"vip\"]', '{}', value % 2, value % 3 = 0, 'ada' || char(10) || 'lovelace' || value % 9 "
                "FROM json_each(?2)",
                (account_id, json.dumps([*range(CONTACTS)])),
            )
        connection.execute("INSERT INTO contact_tags SELECT account_id, 'vip', created_at, contact_id FROM contacts")
        search_index.index_some(connection, 100)
        yield connection


def traced(connection: apsw.Connection, query: ListQuery) -> Sequence[Traced]:
    """Return the statements that find and count the contacts of a listing, with their values."""
    statements: list[Traced] = []

    def note(_: apsw.Cursor, sql: str, values: Any) -> bool:
        statements.append((sql, values))
        return True

    connection.exec_trace = note
    finding = Finding(connection, 1, SELECT)
    list(finding.rows(query, 6))
    finding.count(query)
    connection.exec_trace = None
    return [statement for statement in statements if statement[0].startswith("SELECT")]


def index_of(query: ListQuery) -> str:
    """Return the index along which a search must walk."""
    where = query.where
    if where.contact_id is not None:
        return "none"
    if where.phone is not None:
        return "contacts_phone"
    if query.order.by is not OrderBy.CREATED_AT:
        return f"contacts_{query.order.by}"
    if where.tags:
        return "PRIMARY KEY"
    return "contacts_opt_out" if where.opt_out else "contacts_verified" if where.verified else "contacts_created_at"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.by}-{'desc' if order.descending else 'asc'}")
@pytest.mark.parametrize("where", FILTERS)
def test_only_candidates_are_scanned_and_sorted(
    filled: apsw.Connection, monkeypatch: pytest.MonkeyPatch, where: str, order: Order, way: str
) -> None:
    """Every other step finds rows by more than the account, or walks along the order."""
    for name, value in {"_SMALL": 0, **WAYS[way]}.items():
        monkeypatch.setattr(searching, name, value)
    after = Position(30 if order.by is OrderBy.CREATED_AT else "Lovelace5", 1030)
    for q, place in product(WORDS, (None, after)):
        query = ListQuery(ContactFilter(search=parse_search(q), **FILTERS[where]), order, 5, after=place)
        for sql, values in traced(filled, query):
            steps = [row[3] for row in filled.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            sorts = [step for step in steps if step == "USE TEMP B-TREE FOR ORDER BY"]
            assert not sorts or "SCAN f" in steps, (sql, steps)
            for step in steps:
                if step.startswith("SCAN"):
                    assert _may_be_scanned(step), (sql, steps)
                elif "SCAN f" not in steps and (walk := _walk(step)):
                    assert walk[1] == index_of(query), (sql, steps)
                elif step.startswith("SEARCH"):
                    assert _is_lookup(step), (sql, steps)


def test_every_way_is_among_them(filled: apsw.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk, the end of one, and candidates by trigrams, by short words and by a tag."""
    monkeypatch.setattr(searching, "_SMALL", 0)
    seen: set[str] = set()
    for values, q in product(WAYS.values(), WORDS):
        for name, value in values.items():
            monkeypatch.setattr(searching, name, value)
        where = ContactFilter(search=parse_search(q), tags=("vip",))
        seen |= {sql for sql, _ in traced(filled, ListQuery(where, Order(OrderBy.PHONE), 5))}
    for part in ("MATCH", "contact_search_terms WHERE term", "FROM contact_tags", "ORDER BY c.phone", "OFFSET"):
        assert any(part in sql for sql in seen), part
