"""The control API of the journal: list and remove calls."""

from datetime import datetime
from itertools import islice
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET, Meta, UnsetType

from numberkeep.domain.contacts.contact import moment
from numberkeep.http.endpoint import NO_OPERATION
from numberkeep.test_mode.called import check_operation, phone_in
from numberkeep.test_mode.control import AccountCall
from numberkeep.test_mode.journal import Entry
from numberkeep.test_mode.redaction import redacted, redacted_header
from numberkeep.wire.answers import Nothing, StatusOut
from numberkeep.wire.field_types import Limit


class CallsParams(msgspec.Struct, kw_only=True):
    """Which calls to list: those with a higher `call_id` than `after`, those of an operation, and how many at most."""

    after: Annotated[int, Meta(ge=0)] = 0
    operation: str | None = None
    limit: Limit | None = None


class CallOut(msgspec.Struct, kw_only=True):
    """A call. `omitted` names what was too large to keep."""

    call_id: int
    at: datetime
    operation: str
    method: str
    path: str
    query: dict[str, str | list[str]]
    headers: dict[str, str]
    body: Any
    phone: str | UnsetType
    status: int
    answer: Any
    fault_id: int | UnsetType
    seconds: float
    omitted: list[str] | UnsetType


class CallsOut(msgspec.Struct):
    """The calls, in the order in which they ended."""

    calls: list[CallOut]
    status: Literal["OK"] = "OK"


async def list_calls(call: AccountCall, given: CallsParams) -> CallsOut:
    """List the calls of the account, oldest first.

    Raises:
        InvalidInput: there is no such operation.
    """
    if given.operation is not None:
        check_operation(given.operation, NO_OPERATION[0])
    journal = call.mode.journals.get(call.key.account.account_id)
    entries = () if journal is None else journal.after(given.after)
    matching = (entry for entry in entries if given.operation in {None, entry.operation})
    return CallsOut([_out(entry) for entry in islice(matching, given.limit)])


async def remove_all(call: AccountCall, _: Nothing) -> StatusOut:
    """Remove every call of the account."""
    call.mode.journals.pop(call.key.account.account_id, None)
    return StatusOut()


def _out(entry: Entry) -> CallOut:
    phone = entry.phone or phone_in(entry.body, entry.region)
    omitted = [name for name in ("body", "answer") if getattr(entry, name) is None]
    headers = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in entry.headers)
    return CallOut(
        call_id=entry.call_id,
        at=moment(entry.at),
        operation=entry.operation,
        method=entry.method,
        path=entry.path,
        query=_query(entry.query),
        headers={name: redacted_header(name, value) for name, value in headers},
        body=_json(entry.body),
        phone=phone or UNSET,
        status=entry.status,
        answer=_json(entry.answer),
        fault_id=UNSET if entry.fault_id is None else entry.fault_id,
        seconds=round(entry.seconds, 6),
        omitted=omitted or UNSET,
    )


def _json(body: bytes | None) -> Any:
    try:
        return redacted(msgspec.json.decode(body)) if body else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _query(query: bytes) -> dict[str, str | list[str]]:
    """Return the parameters by name; a name that is repeated has a list."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True):
        values.setdefault(name, []).append(value)
    found = {name: each if len(each) > 1 else each[0] for name, each in values.items()}
    shown: dict[str, str | list[str]] = redacted(found)
    return shown
