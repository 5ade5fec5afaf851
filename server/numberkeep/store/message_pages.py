"""The statement for a page of messages, in the SQL that both engines have.

How many messages a listing has can only be counted, so a filter by a number or a time costs as much as there are
messages that meet it: first their numbers are collected along an index, then those of the page are read. Any other
filter alone reads all messages of the account. Without a filter the first and the last number say how many there are,
because messages are numbered without gaps and only deleted all at once, and the page is read along the index of its
order.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from numberkeep.domain.messages.listing import OPEN, MessageFilter, MessagePage, MessageQuery, Span
from numberkeep.domain.messages.message import Direction
from numberkeep.store.message_rows import MESSAGE_COLUMNS, message_of

_COLUMNS: Final = ", ".join(f"m.{name}" for name in MESSAGE_COLUMNS.split(", "))
_OF_WRITERS: Final = {Direction.OUTBOUND: ("line", "phone"), Direction.INBOUND: ("phone", "line")}
"""The columns with who wrote a message and whom it is for."""


@dataclass(slots=True, frozen=True)
class _Branch:
    """One of the ways in which a message may meet the conditions on its numbers; each message meets one at most.

    Attributes:
        direction: who wrote it; None for both.
        phone: its phone; None for any.
        line: its line; None for any.
        other_phone: what its phone must not be; None for nothing.
    """

    direction: Direction | None = None
    phone: str | None = None
    line: str | None = None
    other_phone: str | None = None

    def also(self, **conditions: Any) -> "Iterator[_Branch]":
        """Yield the branch with more conditions, unless they contradict it."""
        now = {name: getattr(self, name) for name in conditions}
        if all(now[name] in {None, value} for name, value in conditions.items()):
            both = replace(self, **conditions)
            if both.other_phone is None or both.other_phone != both.phone:
                yield both


@dataclass(slots=True)
class _Values:
    values: list[Any] = field(default_factory=list)

    def add(self, value: Any) -> str:
        """Add a value and return its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"


def sqlite_statement(account_id: int, query: MessageQuery) -> tuple[str, list[Any]]:
    """Return the statement for a page on SQLite, and its values; see `page_of`.

    It names the index of a number: SQLite has no statistics here, and would read all messages of the account instead.
    """
    sql, values = _statement(account_id, query, lambda index: f"messages INDEXED BY {index}" if index else "messages")
    return sql.replace("$", "?"), values  # SQLite numbers $1 by its place, and not by its name


def postgres_statement(account_id: int, query: MessageQuery) -> tuple[str, list[Any]]:
    """Return the statement for a page on PostgreSQL, and its values; see `page_of`."""
    return _statement(account_id, query, lambda _: "numberkeep.messages")


def _statement(account_id: int, query: MessageQuery, along: Callable[[str], str]) -> tuple[str, list[Any]]:
    """Return the statement for a page and its values, which it names `$1` and so on.

    Args:
        account_id: whose messages.
        query: the page.
        along: returns the engine's name of the table, to be read along an index; `""` leaves the choice to the engine.
    """
    values = _Values()
    account = values.add(account_id)
    direction = "DESC" if query.descending else "ASC"
    table = along("")

    def numbers(index: str = "", conditions: str = "") -> str:
        source = along(index)
        return f"SELECT message_id, {query.order} AS place FROM {source} WHERE account_id = {account}{conditions}"

    if query.where == MessageFilter():
        collect, source = "", numbers()
        # Apart from each other: SQLite reads only a single minimum or maximum along an index.
        first, last = (
            f"(SELECT {end}(message_id) FROM {table} WHERE account_id = {account})" for end in ("min", "max")
        )
        total = f"SELECT coalesce({last} - {first} + 1, 0) AS total"
    else:
        branches = [
            numbers(_index(branch, query.where), _conditions(branch, query.where, values))
            for branch in _branches(query.where)
        ]
        found = " UNION ALL ".join(branches or [numbers(conditions=" AND 1 = 0")])
        collect, source = f"WITH found AS MATERIALIZED ({found}) ", "SELECT message_id, place FROM found"
        total = "SELECT count(*) AS total FROM found"
    chosen = (
        f"{source} ORDER BY place {direction}, message_id {direction} "
        f"LIMIT {values.add(query.limit)} OFFSET {values.add(query.offset)}"
    )
    sql = (
        f"{collect}SELECT t.total, {_COLUMNS} FROM ({total}) AS t LEFT JOIN ({chosen}) AS c ON true "
        f"LEFT JOIN {table} AS m ON m.account_id = {account} AND m.message_id = c.message_id "
        f"ORDER BY c.place {direction}, c.message_id {direction}"
    )
    return sql, values.values


def page_of(rows: Sequence[Sequence[Any]]) -> MessagePage:
    """Return the page whose rows these are: each has the total, and a page without messages has one row."""
    messages = [message_of(columns) for _, *columns in rows if columns[0] is not None]
    return MessagePage(messages, rows[0][0] if rows else 0)


def _index(branch: _Branch, where: MessageFilter) -> str:
    """Return the index of a branch's number; `""` for none.

    A phone has few messages. A line may have nearly all of an account: the index of a time is the better one.
    """
    if branch.phone is not None:
        return "messages_phone"
    return "messages_line" if branch.line is not None and where.created == where.updated == where.sent == OPEN else ""


def _conditions(branch: _Branch, where: MessageFilter, values: _Values) -> str:
    """Return the conditions of a branch, each after `AND`."""
    conditions = list(_numbers(branch, values))
    if where.statuses is not None:
        names = ", ".join(f"'{status}'" for status in where.statuses)
        conditions.append(f"status IN ({names})" if names else "1 = 0")
    if where.service is not None:
        conditions.append(f"service = {values.add(where.service)}")
    conditions += _within("created_at", where.created, values)
    conditions += _within("updated_at", where.updated, values)
    if where.sent != OPEN:
        conditions.append("sent_at > 0")
    conditions += _within("sent_at", where.sent, values)
    return "".join(f" AND {condition}" for condition in conditions)


def _branches(where: MessageFilter) -> list[_Branch]:
    branches = [_Branch()]
    if where.is_outbound is not None:
        branches = [_Branch(Direction.OUTBOUND if where.is_outbound else Direction.INBOUND)]
    if where.line is not None:
        branches = [both for branch in branches for both in branch.also(line=where.line)]
    for place, number in enumerate((where.sender, where.recipient)):
        if number is not None:
            branches = [
                both
                for branch in branches
                for direction, columns in _OF_WRITERS.items()
                for both in branch.also(direction=direction, **{columns[place]: number})
            ]
    if where.number is not None:
        of_line = {"line": where.number, "other_phone": where.number}
        branches = [
            both
            for branch in branches
            for conditions in ({"phone": where.number}, of_line)
            for both in branch.also(**conditions)
        ]
    return branches


def _numbers(branch: _Branch, values: _Values) -> Iterator[str]:
    if branch.direction is not None:
        yield f"direction = '{branch.direction}'"
    if branch.phone is not None:
        yield f"phone = {values.add(branch.phone)}"
    if branch.line is not None:
        yield f"line = {values.add(branch.line)}"
        yield "line <> ''"
    if branch.other_phone is not None:
        yield f"phone <> {values.add(branch.other_phone)}"


def _within(column: str, span: Span, values: _Values) -> Iterator[str]:
    if span.first is not None:
        yield f"{column} >= {values.add(span.first)}"
    if span.last is not None:
        yield f"{column} <= {values.add(span.last)}"
