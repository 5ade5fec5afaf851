"""Looks up the contacts that a search can mean, by the grams of its words and by last digits."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import asyncpg

from numberkeep.domain.contacts.search import Clause, Search
from numberkeep.store.postgres.listing_statement import Statement
from numberkeep.store.postgres.search_conditions import found_in_text
from numberkeep.store.postgres.search_grams import grams_of_pair, grams_of_word

_TELLING: Final = 4
"""Digits of which few contacts have the same."""
_PAIR: Final = 2

_CHANGED: Final = "SELECT DISTINCT phone FROM numberkeep.events WHERE account_id = $1 AND event_id > $2 AND phone <> ''"

Lookup = Callable[[Statement, str, int], str]
"""Returns the SQL of the rows of search_texts, for a list of what to read of them, up to a limit."""


async def candidates(
    connection: asyncpg.Connection, account_id: int, search: Search, since: int, most: int
) -> Sequence[str] | None:
    """Return the numbers of contacts among which are all that are found.

    Those that have not changed since an event are found. None if no way of looking up has few results.

    Args:
        connection: the database, in a transaction with a snapshot.
        account_id: the account.
        search: what is searched.
        since: the event up to which texts are indexed.
        most: the number of rows that are looked at.
    """
    for lookup in _lookups(account_id, search):
        statement = Statement(account_id)
        fits = found_in_text(statement, search, "s.text", "reverse(s.reversed)")
        rows = await connection.fetch(lookup(statement, f"s.reversed, ({fits}) AS fits", most + 1), *statement.values)
        if len(rows) <= most:
            changed = await connection.fetch(_CHANGED, account_id, since)
            found = {reversed_[::-1] for reversed_, fits in rows if fits}
            return list(found.union(phone for (phone,) in changed))
    return None


def _lookups(account_id: int, search: Search) -> Iterator[Lookup]:
    """Yield ways to look up, those first that probably have few results."""
    numbers = sorted((each for each in search.clauses if each.has_numbers), key=lambda each: -len(each.text))
    words = [each for each in search.clauses if not each.has_numbers]
    grams = {gram for word in words for gram in grams_of_word(account_id, word.text)}
    yield from (_by_number(account_id, each) for each in numbers if len(each.text) >= _TELLING)
    if grams:
        yield _by_grams(list(grams))
    yield from (_by_number(account_id, each) for each in numbers if _PAIR < len(each.text) < _TELLING)
    yield from (_by_pair(account_id, each) for each in words if len(each.text) == _PAIR and each.text.isascii())


def _by_grams(grams: Sequence[int]) -> Lookup:
    return lambda statement, columns, limit: (
        f"SELECT {columns} FROM numberkeep.search_texts AS s WHERE s.account_id = $1 "
        f"AND s.grams @> {statement.value(grams)}::integer[] LIMIT {limit}"
    )


def _by_pair(account_id: int, clause: Clause) -> Lookup:
    # Gram by gram: for many at once the planner would read the whole table.
    grams = grams_of_pair(account_id, clause.text)
    return lambda statement, columns, limit: (
        f"SELECT found.* FROM unnest({statement.value(grams)}::integer[]) AS one (gram) CROSS JOIN LATERAL ("
        f"SELECT {columns} FROM numberkeep.search_texts AS s WHERE s.account_id = $1 "
        f"AND s.grams @> ARRAY[one.gram] LIMIT {limit}) AS found LIMIT {limit}"
    )


def _by_number(account_id: int, clause: Clause) -> Lookup:
    grams = list(grams_of_word(account_id, clause.text))

    def sql(statement: Statement, columns: str, limit: int) -> str:
        texts = f"SELECT {columns} FROM numberkeep.search_texts AS s WHERE s.account_id = $1 AND"
        parts = [f"{texts} s.grams @> {statement.value(grams)}::integer[]"]
        for end in clause.ends:
            first, beyond = _range(end[::-1])
            parts.append(f"{texts} s.reversed >= {statement.value(first)} AND s.reversed < {statement.value(beyond)}")
        if clause.wholes:
            parts.append(f"{texts} s.reversed = ANY({statement.value([each[::-1] for each in clause.wholes])}::text[])")
        for begin in clause.begins:
            first, beyond = _range(begin)
            parts.append(
                f"SELECT {columns} FROM numberkeep.contacts AS c CROSS JOIN LATERAL (SELECT * FROM "
                "numberkeep.search_texts AS t WHERE t.account_id = $1 AND t.reversed = reverse(c.phone) LIMIT 1) AS s "
                f"WHERE c.account_id = $1 AND c.phone >= {statement.value(first)} AND c.phone < {statement.value(beyond)}"
            )
        return " UNION ALL ".join(f"({part} LIMIT {limit})" for part in parts) + f" LIMIT {limit}"

    return sql


def _range(start: str) -> tuple[str, str]:
    """Return the bounds of the texts that begin with this one, of digits and `+`; the second one is not included."""
    return start, f"{start[:-1]}{chr(ord(start[-1]) + 1)}"
