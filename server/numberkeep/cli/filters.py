"""The options that choose contacts by what they have, for every command that reads or changes many."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

import click

from numberkeep.domain.contacts.contact import composed

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(slots=True, frozen=True)
class Filters:
    """What contacts must have; all that is given counts.

    Attributes:
        tags: all of these tags.
        verified: whether they are verified; None for either.
        opted_out: whether they opted out; None for either.
        created_after: created at this time or later; None for any time.
        where: custom variables with these values, each `LABEL=VALUE`; an empty value is one that they lack.
        q: words that are found; `domain.contacts.search.parse_search` says where.
    """

    tags: tuple[str, ...] = ()
    verified: bool | None = None
    opted_out: bool | None = None
    created_after: datetime | None = None
    where: tuple[str, ...] = ()
    q: str = ""

    def __bool__(self) -> bool:
        """Return whether any filter is given."""
        return self != Filters()

    @property
    def searches(self) -> bool:
        """Whether there are filters that an export has and a listing has not."""
        return bool(self.where)

    @property
    def values(self) -> Mapping[str, str]:
        """The custom variables, each with its value."""
        return dict(each.split("=", 1) for each in self.where)

    def list_query(self) -> list[tuple[str, str]]:
        """Return the filters that a listing has, as its query."""
        return self._query("opt_out", "created_at_gte")

    def export_query(self) -> list[tuple[str, str]]:
        """Return the filters as the query of an export."""
        return [*self._query("opted_out", "created_after"), *(("where", each) for each in self.where)]

    def _query(self, opted_out: str, created_after: str) -> list[tuple[str, str]]:
        pairs = [("tag", tag) for tag in self.tags]
        if self.verified is not None:
            pairs.append(("verified", _bool(self.verified)))
        if self.opted_out is not None:
            pairs.append((opted_out, _bool(self.opted_out)))
        if self.created_after is not None:
            pairs.append((created_after, self.created_after.isoformat()))
        if self.q:
            pairs.append(("q", self.q))
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
        where: tuple[str, ...],
        q: str,
        **others: Any,
    ) -> Any:
        filters = Filters(filter_tags, verified, opted_out, created_after, where, q)
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


def _values(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    values: dict[str, str] = {}
    for each in given:
        label, equals, value = each.partition("=")
        if not equals or not label:
            raise click.BadParameter(f"{each!r} is not LABEL=VALUE: write for example --where Plan=gold")
        if values.setdefault(composed(label), value) != value:
            raise click.BadParameter(f"two values of {label}, but a contact has one: leave one out")
    return given


def _words(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str:
    if given is not None and not given.strip():
        raise click.BadParameter("is blank: name a word, or leave it out to have every contact")
    return given or ""


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
    click.option(
        "--where",
        metavar="LABEL=VALUE",
        multiple=True,
        callback=_values,
        help="Only with this value of a custom variable; repeat it for several.",
    ),
    click.option(
        "-q",
        metavar="WORDS",
        callback=_words,
        help="Only if each word is found in names, company, e-mail, tags, custom variables or number.",
    ),
)
