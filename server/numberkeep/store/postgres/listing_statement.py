"""The SQL of a listing: which contacts, in which order, after which position."""

from typing import Any, Final

from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, OrderBy
from numberkeep.store.index_order import is_along_index

_BY_TAG: Final = (
    "numberkeep.contact_tags AS t JOIN numberkeep.contacts AS c "
    "ON c.account_id = t.account_id AND c.contact_id = t.contact_id"
)
_HAS_TAG: Final = (
    "EXISTS (SELECT FROM numberkeep.contact_tags AS has WHERE has.account_id = c.account_id AND has.tag = {} "
    "AND has.created_at = c.created_at AND has.contact_id = c.contact_id)"
)

_IS_UNCLEAR: Final = (
    "EXISTS (SELECT FROM numberkeep.reviews AS r WHERE r.account_id = c.account_id AND r.phone = c.phone "
    "AND r.decision = 'open')"
)


class Statement:
    """Conditions and their values, in the same order. The first value is the account.

    Args:
        account_id: the account.
    """

    def __init__(self, account_id: int) -> None:
        self.conditions: list[str] = []
        self.values: list[Any] = [account_id]

    def add(self, condition: str, *values: Any) -> None:
        """Add a condition, in which each `{}` stands for a value."""
        self.conditions.append(condition.format(*map(self.value, values)))

    def value(self, value: Any) -> str:
        """Add a value and return its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"


def page_of(statement: Statement, query: ListQuery, select: str, size: int, offset: int = 0) -> str:
    """Return the SQL of the first contacts of a listing after its position.

    Args:
        statement: gets the values.
        query: the listing.
        select: `SELECT` and what is read of each contact, whose alias is c.
        size: the number of contacts.
        offset: how many to skip.
    """
    by_tag = bool(query.where.tags)
    driver = "t" if by_tag else "c"
    statement.conditions = [f"{driver}.account_id = $1"]
    if by_tag:
        statement.add("t.tag = {}", query.where.tags[0])
    _filter(statement, query.where, driver, query.where.tags[1:])
    key, row_id = f"{driver if query.order.by is OrderBy.CREATED_AT else 'c'}.{query.order.by}", f"{driver}.contact_id"
    _continue(statement, query, key, row_id)
    direction = "DESC" if query.order.descending else "ASC"
    # If only the plan along the index is right, the size is a literal, so that PostgreSQL plans the statement once.
    # Otherwise the best plan depends on the values, and a size that is a parameter makes PostgreSQL plan for them.
    limit = str(size) if is_along_index(query) else statement.value(size)
    skipped = f" OFFSET {statement.value(offset)}" if offset else ""
    # A number is unique within an account: without ties its own index has the whole order.
    order = (
        f"{key} {direction}"
        if query.order.by is OrderBy.PHONE and not by_tag
        else f"{key} {direction}, {row_id} {direction}"
    )
    return (
        f"{select} FROM {_BY_TAG if by_tag else 'numberkeep.contacts AS c'} "
        f"WHERE {' AND '.join(statement.conditions)} ORDER BY {order} LIMIT {limit}{skipped}"
    )


def contact_with(statement: Statement, query: ListQuery, phone: str) -> str:
    """Return the SQL of the contact with a number, if the listing has it after its position.

    Args:
        statement: gets the values.
        query: the listing.
        phone: an expression.
    """
    statement.conditions = ["c.account_id = $1", f"c.phone = {phone}"]
    _filter(statement, query.where, "c", query.where.tags)
    _continue(statement, query, f"c.{query.order.by}", "c.contact_id")
    # With a limit it is looked up for each number, whatever the planner expects.
    return f"SELECT * FROM numberkeep.contacts AS c WHERE {' AND '.join(statement.conditions)} LIMIT 1"


def order_of(query: ListQuery) -> str:
    """Return what to sort rows by whose alias is page."""
    direction = "DESC" if query.order.descending else "ASC"
    return f"page.{query.order.by} {direction}, page.contact_id {direction}"


def _filter(statement: Statement, given: ContactFilter, driver: str, tags: tuple[str, ...]) -> None:
    if given.contact_id is not None:
        statement.add(f"{driver}.contact_id = {{}}", given.contact_id)
    if given.phone is not None:
        statement.add("c.phone = {}", given.phone)
    if given.created_from is not None:
        statement.add(f"{driver}.created_at >= {{}}", given.created_from)
    if given.created_before is not None:
        statement.add(f"{driver}.created_at < {{}}", given.created_before)
    for tag in tags:
        statement.add(_HAS_TAG, tag)
    if given.unclear is not None:
        statement.add(_IS_UNCLEAR if given.unclear else f"NOT {_IS_UNCLEAR}")
    # Literals, not parameters: a partial index serves only a condition that names its value.
    if given.verified is not None:
        statement.add("c.verified" if given.verified else "NOT c.verified")
    if given.opt_out is not None:
        statement.add("c.opt_out" if given.opt_out else "NOT c.opt_out")


def _continue(statement: Statement, query: ListQuery, key: str, row_id: str) -> None:
    if query.after is not None:
        beyond = "<" if query.order.descending else ">"
        statement.add(f"({key}, {row_id}) {beyond} ({{}}, {{}})", query.after.value, query.after.contact_id)
