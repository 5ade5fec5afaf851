"""The control API of faults: add, list and remove them."""

from typing import Final, Literal, get_args

import msgspec
from msgspec import UNSET

from numberkeep.domain.errors import FieldError
from numberkeep.domain.phone import parse_phone
from numberkeep.http.request_errors import HttpError
from numberkeep.test_mode.called import check_operation
from numberkeep.test_mode.control import AccountCall
from numberkeep.test_mode.faults import ANY, MAX_FAULTS, WEBHOOKS, CallKind, Fault, FaultBody, FaultOut, WebhookKind
from numberkeep.wire.answers import Nothing, StatusOut, invalid
from numberkeep.wire.validation_errors import one_of

_MAX_DIGITS: Final = 18
_WEBHOOK_KINDS: Final = frozenset(get_args(WebhookKind))

_REQUIRED: Final = {"status": "status", "latency": "seconds", "late": "seconds"}
"""The field that a kind needs."""

_USED: Final = {"status": {"status"}, "retry_after": {"status"}, "message": {"status"}, "seconds": {"latency", "late"}}
"""The kinds that use a field; every kind uses the others."""


class OneFaultOut(msgspec.Struct):
    """A fault that was added."""

    fault: FaultOut
    status: Literal["OK"] = "OK"


class FaultsOut(msgspec.Struct):
    """The faults of an account."""

    faults: list[FaultOut]
    status: Literal["OK"] = "OK"


class FaultNotFound(HttpError):
    """There is no fault with this id."""

    def __init__(self) -> None:
        super().__init__(
            404, "The account has no fault with this id: list its faults with GET /_numberkeep/test/faults."
        )


async def add(call: AccountCall, given: FaultBody) -> OneFaultOut:
    """Add a fault.

    Raises:
        InvalidInput: there is no such operation, or the fields contradict each other.
        HttpError: there are too many faults.
    """
    _check(given)
    faults = call.mode.faults_of(call.key.account.account_id)
    if len(faults.all()) >= MAX_FAULTS:
        message = f"The account has {MAX_FAULTS} faults already: remove some."
        raise HttpError(409, message, ((b"x-should-retry", b"false"),))
    if given.number is None:
        given.number = UNSET
    elif given.number is not UNSET:
        given.number = parse_phone(given.number, call.key.account.region, field="number")
    return OneFaultOut(_out(faults.add(given)))


async def list_all(call: AccountCall, _: Nothing) -> FaultsOut:
    """List the faults of the account, in the order in which they were added."""
    return FaultsOut([_out(fault) for fault in call.mode.faults_of(call.key.account.account_id).all()])


async def remove(call: AccountCall, _: Nothing) -> StatusOut:
    """Remove one fault.

    Raises:
        FaultNotFound: there is none with this id.
    """
    text = call.argument
    fault_id = int(text) if text.isdecimal() and len(text) <= _MAX_DIGITS else 0
    if not call.mode.faults_of(call.key.account.account_id).remove(fault_id):
        raise FaultNotFound
    return StatusOut()


async def remove_all(call: AccountCall, _: Nothing) -> StatusOut:
    """Remove every fault of the account."""
    call.mode.faults.pop(call.key.account.account_id, None)
    return StatusOut()


def _check(given: FaultBody) -> None:
    errors: list[FieldError] = []
    check_operation(given.operation, ANY, WEBHOOKS)
    if (given.operation == WEBHOOKS) != (given.kind in _WEBHOOK_KINDS):
        kinds = get_args(WebhookKind if given.operation == WEBHOOKS else CallKind)
        errors.append(FieldError("kind", f"must be {one_of(kinds)} for `{given.operation}`"))
    needed = _REQUIRED.get(given.kind)
    if needed is not None and getattr(given, needed) is None:
        errors.append(FieldError(needed, f"is required by the kind {given.kind}"))
    errors += [
        FieldError(name, f"is not used by the kind {given.kind}: leave it out")
        for name, kinds in _USED.items()
        if getattr(given, name) is not None and given.kind not in kinds
    ]
    if errors:
        raise invalid(*errors)


def _out(fault: Fault) -> FaultOut:
    given = {name: getattr(fault.given, name) for name in FaultBody.__struct_fields__}
    return FaultOut(**given, fault_id=fault.fault_id, applied=fault.applied)
