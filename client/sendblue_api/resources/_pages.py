"""Decides which page of contacts to request next. Does no I/O: a sender runs the steps."""

from collections.abc import Mapping
from typing import Any

from sendblue_api._arguments import Omit
from sendblue_api._errors import APIResponseValidationError, SendblueAPIError
from sendblue_api._operation import describe
from sendblue_api._senders import Steps
from sendblue_api.types import Contact

from . import _operations as operations

_LARGEST_PAGE = 1000
_LARGEST_OFFSET = 10_000  # of the hosted service (api-reference.md, "The nine operations")
_OLDEST_FIRST = {"order_by": "created_at", "order_direction": "asc"}


def pages(size: int, arguments: Mapping[str, Any]) -> Steps[Contact]:
    """Return the steps of `contacts.iter`; `arguments` holds all but the page size by name, and the options."""
    if not 1 <= size <= _LARGEST_PAGE:
        raise ValueError(f"page_size must be between 1 and {_LARGEST_PAGE}, not {size!r}.")
    query = {name: value for name, value in arguments.items() if not isinstance(value, Omit)}
    if not isinstance(query.get("tag", ""), str):
        query["tag"] = tuple(query["tag"])  # every page needs it, and an iterator can be read once
    if "order_by" not in query and "order_direction" not in query:
        query |= _OLDEST_FIRST
    return _pages({**query, "limit": size})


def _pages(query: dict[str, Any]) -> Steps[Contact]:
    size = query["limit"]
    offset = 0
    seen: set[str | None] = set()  # contacts of the previous window, created when this one begins
    newest: Any = query.get("created_at_gte")
    made_then: set[str | None] = set()  # contacts created at the same time as the newest so far
    while True:
        contacts, response = yield describe(operations.LIST, dict(query))
        if not isinstance(contacts, list) or not all(isinstance(each, Contact) for each in contacts):
            raise APIResponseValidationError(response, contacts, message="The response is not a list of contacts.")
        yield [contact for contact in contacts if _identity(contact) not in seen]
        cursor = _cursor(response)
        if cursor:
            query["cursor"] = cursor
            continue
        if "cursor" in query or len(contacts) < size:
            return
        for contact in contacts:
            if contact.created_at != newest:
                newest, made_then = contact.created_at, set()
            made_then.add(_identity(contact))
        offset += size
        if offset > _LARGEST_OFFSET:
            _check_that_a_window_can_begin(query, newest)
            query["created_at_gte"], seen, offset = newest, made_then, 0
        query["offset"] = offset


def _check_that_a_window_can_begin(query: Mapping[str, Any], newest: object) -> None:
    oldest_first = query.get("order_by", "created_at") == "created_at" and query.get("order_direction") == "asc"
    if not oldest_first or newest in (None, query.get("created_at_gte")):
        raise SendblueAPIError(
            f"The service lists at most {_LARGEST_OFFSET} contacts in this order, or with the same created_at:"
            " leave out order_by and order_direction, or narrow the filters."
        )


def _identity(contact: Contact) -> str | None:
    return contact.contact_id or contact.phone


def _cursor(response: Any) -> str | None:
    # Only the cursor, not the URL: a header must not choose where the secret is sent.
    link = response.links.get("next", {}).get("url", "")
    cursor: str | None = response.url.join(link).params.get("cursor") if link else None
    return cursor
