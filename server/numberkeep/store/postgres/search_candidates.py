"""Looks up the contacts that a search can mean, by the grams of its words and by last digits."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import asyncpg

from numberkeep.domain.contacts.search import Clause, Search
from numberkeep.store.postgres.listing_statement import Statement
from numberkeep.store.postgres.search_grams import grams_of_pair, grams_of_word

_TELLING: Final = 4
"""Digits of which few contacts have the same."""
_PAIR: Final = 2

_CHANGED: Final = "SELECT DISTINCT phone FROM numberkeep.events WHERE account_id = $1 AND event_id > $2 AND phone <> ''"
_INDEXED: Final = "SELECT g.reversed FROM numberkeep.search_grams AS g WHERE g.account_id = $1 AND"
# As one array, which is read several times as fast as rows.
_PHONES: Final = "SELECT coalesce(array_agg(reverse(found.reversed)), '{{}}') FROM ({}) AS found"

Lookup = Callable[[Statement, int], str]
"""Returns the SQL of reversed numbers, up to a limit."""


async def candidates(
    connection: asyncpg.Connection, account_id: int, search: Search, since: int, most: int
) -> Sequence[str] | None:
    """Return the numbers of contacts among which are all that are found.

    None if every way to look them up returns too many.

    Args:
        connection: the database, in a transaction with a snapshot.
        account_id: the account.
        search: what is searched.
        since: the event up to which contacts are indexed; those with later events are returned too.
        most: the number of contacts that are not too many.
    """
    for lookup in lookups(account_id, search):
        statement = Statement(account_id)
        phones = await connection.fetchval(_PHONES.format(lookup(statement, most + 1)), *statement.values)
        if len(phones) <= most:
            changed = await connection.fetch(_CHANGED, account_id, since)
            return list({*phones, *(phone for (phone,) in changed)})
    return None


def lookups(account_id: int, search: Search) -> Iterator[Lookup]:
    """Yield ways to look up, those first that probably return few."""
    numbers = sorted((each for each in search.clauses if each.has_numbers), key=lambda each: -len(each.text))
    words = [each for each in search.clauses if not each.has_numbers]
    grams = {gram for word in words for gram in grams_of_word(account_id, word.text)}
    yield from (_by_number(account_id, each) for each in numbers if len(each.text) >= _TELLING)
    if grams:
        yield _by_grams(list(grams))
    yield from (_by_number(account_id, each) for each in numbers if _PAIR < len(each.text) < _TELLING)
    yield from (_by_pair(account_id, each) for each in words if len(each.text) == _PAIR and each.text.isascii())


def _by_grams(grams: Sequence[int]) -> Lookup:
    return lambda statement, limit: f"{_INDEXED} g.grams @> {statement.value(grams)}::integer[] LIMIT {limit}"


def _by_pair(account_id: int, clause: Clause) -> Lookup:
    # Gram by gram: for many at once the planner would read the whole table.
    grams = grams_of_pair(account_id, clause.text)
    return lambda statement, limit: (
        f"SELECT found.reversed FROM unnest({statement.value(grams)}::integer[]) AS one (gram) CROSS JOIN LATERAL "
        f"({_INDEXED} g.grams @> ARRAY[one.gram] LIMIT {limit}) AS found LIMIT {limit}"
    )


def _by_number(account_id: int, clause: Clause) -> Lookup:
    grams = list(grams_of_word(account_id, clause.text))

    def sql(statement: Statement, limit: int) -> str:
        parts = [f"{_INDEXED} g.grams @> {statement.value(grams)}::integer[]"]
        parts += [f"{_INDEXED} {_begins(statement, 'g.reversed', end[::-1])}" for end in clause.ends]
        if clause.wholes:
            parts.append(
                f"{_INDEXED} g.reversed = ANY({statement.value([each[::-1] for each in clause.wholes])}::text[])"
            )
        for begin in clause.begins:
            condition = _begins(statement, "c.phone", begin)
            parts.append(
                f"SELECT reverse(c.phone) FROM numberkeep.contacts AS c WHERE c.account_id = $1 AND {condition}"
            )
        return " UNION ALL ".join(f"({part} LIMIT {limit})" for part in parts) + f" LIMIT {limit}"

    return sql


def _begins(statement: Statement, column: str, start: str) -> str:
    """Return the condition that a number begins with digits, or `+` and digits, as a range of an index."""
    beyond = f"{start[:-1]}{chr(ord(start[-1]) + 1)}"
    return f"{column} >= {statement.value(start)} AND {column} < {statement.value(beyond)}"
