"""The control API of the clock: `/_numberkeep/test/clock`."""

from datetime import datetime
from typing import Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from numberkeep.domain.command import SECOND
from numberkeep.domain.contacts.contact import micros, moment
from numberkeep.domain.errors import FieldError
from numberkeep.test_mode.control import ServiceCall
from numberkeep.wire.answers import Nothing, invalid
from numberkeep.wire.field_types import Time
from numberkeep.wire.listing import parse_time

_FIRST: Final = micros(datetime.fromisoformat("2020-01-01T00:00:00Z"))
_LAST: Final = micros(datetime.fromisoformat("2090-12-31T00:00:00Z"))
"""The clock stays in these years, whose times the ids of contacts can contain; see domain/identity.py."""


class ClockBody(msgspec.Struct, kw_only=True):
    """How to set the clock.

    Attributes:
        freeze: the time at which to stop the clock, in ISO 8601; true stops it at the present time.
        advance_seconds: how far to move it forward, in seconds.
        resume: true returns to the real time; not together with the others.
    """

    freeze: Literal[True] | str | None = None
    advance_seconds: float | None = None
    resume: Literal[True] | None = None


class ClockOut(msgspec.Struct, kw_only=True):
    """The time of the service.

    Attributes:
        now: the time.
        frozen: whether the clock is stopped.
        done: whether everything that fell due was done before the answer; absent if the clock was only read.
    """

    now: Time
    frozen: bool
    done: bool | UnsetType = UNSET
    status: Literal["OK"] = "OK"


async def read(call: ServiceCall, _: Nothing) -> ClockOut:
    """Return the time."""
    return _out(call)


async def change(call: ServiceCall, given: ClockBody) -> ClockOut:
    """Set the clock, wait until the service has done what falls due, and return the time.

    Raises:
        InvalidInput: the fields contradict each other, or lead out of the years 2020 to 2090.
    """
    time = call.mode.time
    if given.resume:
        if given.freeze is not None or given.advance_seconds is not None:
            raise invalid(FieldError("resume", "cannot be combined with the other fields: send it alone"))
        return _out(call, done=await time.resume())
    if given.freeze is None and given.advance_seconds is None:
        raise invalid(FieldError("freeze", "is required, or `advance_seconds` or `resume`"))
    at = parse_time("freeze", given.freeze) if isinstance(given.freeze, str) else None
    if at is not None and not _FIRST <= at <= _LAST:
        raise invalid(FieldError("freeze", "must be in the years 2020 to 2090"))
    seconds = given.advance_seconds or 0
    if seconds < 0:
        raise invalid(FieldError("advance_seconds", "must not be negative: to set the clock back, use `freeze`"))
    if (time.clock.at if at is None else at) + seconds * SECOND > _LAST:
        raise invalid(FieldError("advance_seconds", "must not lead beyond the year 2090"))
    done = True
    if given.freeze is not None:
        done = await time.freeze(at)
    if given.advance_seconds is not None:
        done = await time.advance(round(seconds * SECOND)) and done
    return _out(call, done=done)


def _out(call: ServiceCall, *, done: bool | UnsetType = UNSET) -> ClockOut:
    clock = call.mode.time.clock
    return ClockOut(now=moment(clock.at), frozen=clock.frozen, done=done)
