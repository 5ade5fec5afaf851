"""The options that choose contacts by what they have, for every command that reads or changes many."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

import click

from numberkeep.domain.contacts.contact import composed, micros
from numberkeep.domain.contacts.listing import ContactFilter

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(slots=True, frozen=True)
class Filters:
    """What contacts must have; all that is given counts.

    Attributes:
        tags: all of these tags.
        verified: whether they are verified; None for either.
        opted_out: whether they opted out; None for either.
        created_after: created at this time or later; None for any time.
    """

    tags: tuple[str, ...] = ()
    verified: bool | None = None
    opted_out: bool | None = None
    created_after: datetime | None = None

    def __bool__(self) -> bool:
        """Return whether any filter is given."""
        return self != Filters()

    def where(self) -> ContactFilter:
        """Return the filters as stores take them."""
        return ContactFilter(
            created_from=None if self.created_after is None else micros(self.created_after),
            tags=tuple(dict.fromkeys(map(composed, self.tags))),
            verified=self.verified,
            opt_out=self.opted_out,
        )

    def query(self) -> list[tuple[str, str]]:
        """Return the filters as the query of a listing over HTTP."""
        pairs = [("tag", tag) for tag in self.tags]
        if self.verified is not None:
            pairs.append(("verified", _bool(self.verified)))
        if self.opted_out is not None:
            pairs.append(("opt_out", _bool(self.opted_out)))
        if self.created_after is not None:
            pairs.append(("created_at_gte", self.created_after.isoformat()))
        return pairs


def filter_options(command: Command) -> Command:
    """Add the filters; the command gets them as its keyword argument `filters`, a `Filters`."""

    @wraps(command)
    def with_filters(
        *arguments: Any,
        filter_tags: tuple[str, ...],
        verified: bool | None,
        opted_out: bool | None,
        created_after: datetime | None,
        **others: Any,
    ) -> Any:
        filters = Filters(filter_tags, verified, opted_out, created_after)
        return command(*arguments, filters=filters, **others)

    for option in reversed(_OPTIONS):
        with_filters = option(with_filters)
    return with_filters  # type: ignore[return-value]  # click's decorators keep the function


def _time(_context: click.Context, _parameter: click.Parameter, given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{given!r} is not a time: write it in ISO 8601, for example 2026-01-31 or 2026-01-31T09:30:00Z"
        ) from None


def _bool(value: bool) -> str:  # noqa: FBT001 - its only argument
    return "true" if value else "false"


_OPTIONS = (
    click.option(
        "--tag", "filter_tags", metavar="TAG", multiple=True, help="Only with this tag; repeat it for several."
    ),
    click.option("--verified/--not-verified", default=None, help="Only verified ones, or only others."),
    click.option("--opted-out/--not-opted-out", default=None, help="Only those that opted out, or only others."),
    click.option(
        "--created-after",
        metavar="TIME",
        callback=_time,
        help="Only created at this time or later, for example 2026-01-31; UTC unless it names a zone.",
    ),
)
