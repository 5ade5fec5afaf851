"""What the address of a page of contacts says: conditions, order, and the place in the list."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from numberkeep.console.site import ROOT

PATH: Final = f"{ROOT}/contacts"

STATES: Final[Mapping[str, tuple[str, Mapping[str, bool]]]] = {
    "verified": ("Verified", {"verified": True}),
    "unverified": ("Not verified", {"verified": False}),
    "opted-out": ("Opted out", {"opt_out": True}),
    "reachable": ("Not opted out", {"opt_out": False}),
    "unclear": ("Unclear reply", {"unclear": True}),
}
"""The states that can be asked for: their words, and what they mean as parameters of a listing."""

ORDERS: Final = ("created_at", "first_name", "last_name", "phone")


@dataclass(slots=True, frozen=True)
class ContactsQuery:
    """The parameters in the address of the page.

    Attributes:
        q: words to search.
        tags: tags, all of which contacts have.
        state: one of STATES; `""` for any.
        since: the first day on which contacts were created, `YYYY-MM-DD`, or a time; `""` for any.
        until: the last one, likewise; a time before which they were.
        order: one of ORDERS.
        direction: `asc` or `desc`.
        after: the cursor after which the page begins; `""` for the first page.
        before: the cursor before which it ends, likewise.
    """

    q: str = ""
    tags: tuple[str, ...] = ()
    state: str = ""
    since: str = ""
    until: str = ""
    order: str = "created_at"
    direction: str = "desc"
    after: str = ""
    before: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> "ContactsQuery":
        """Return what a query says; what it cannot say is left out."""
        state, order, direction = query.get("state", ""), query.get("order", ""), query.get("direction", "")
        order = order if order in ORDERS else "created_at"
        return cls(
            query.get("q", "").strip(),
            tuple(dict.fromkeys(filter(None, map(str.strip, query.getlist("tag"))))),
            state if state in STATES else "",
            _last(map(_time, query.getlist("since"))),
            _last(map(_time, query.getlist("until"))),
            order,
            direction if direction in {"asc", "desc"} else "desc" if order == "created_at" else "asc",
            query.get("after", ""),
            query.get("before", ""),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether there are conditions."""
        return bool(self.q or self.tags or self.state or self.since or self.until)

    @property
    def text(self) -> str:
        """The query of an address with these parameters, with its `?`; `""` if all have their defaults."""
        pairs = [(name, value) for name, value in self._pairs if value]
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def first(self) -> "ContactsQuery":
        """The first page with the same conditions and order."""
        return replace(self, after="", before="")

    @property
    def matching(self) -> str:
        """The query of an address with the same conditions and nothing else."""
        return replace(self.first, order="created_at", direction="desc").text

    def path(self, phone: str = "") -> str:
        """Return the address of the list, or of a contact beside it."""
        return f"{PATH}/{quote(phone, safe='+')}{self.text}" if phone else f"{PATH}{self.text}"

    def sorted_by(self, order: str) -> str:
        """Return the address of the list in another order, or in this order the other way round."""
        first = "desc" if order == "created_at" else "asc"
        other = "asc" if self.direction == "desc" else "desc"
        return replace(self.first, order=order, direction=other if order == self.order else first).path()

    def without(self, name: str, tag: str = "") -> str:
        """Return the address of the list without one condition."""
        kept = tuple(each for each in self.tags if each != tag)
        change: dict[str, Any] = {"tags": kept} if name == "tags" else {name: ""}
        return replace(self.first, **change).path()

    def created(self, zone: tzinfo) -> Iterator[tuple[str, str]]:
        """Yield the conditions about time: the address of the list without each, and its words."""
        bare = self.first
        if _is_day(self.since) or _is_day(self.until):
            if self.since:
                yield replace(bare, since="").path(), f"created from {_words(self.since, zone)}"
            if self.until:
                yield replace(bare, until="").path(), f"created until {_words(self.until, zone)}"
            return
        since, until = _words(self.since, zone), _words(self.until, zone)
        day, _, clock = until.partition(", ")
        period = since if since == until else f"{since} to {clock if since.startswith(day) else until}"
        yield replace(bare, since="", until="").path(), f"created {period}"

    def parameters(self, zone: tzinfo) -> list[tuple[str, str]]:
        """Return the conditions as parameters of a listing; days are those of a time zone."""
        found = [("tag", tag) for tag in self.tags]
        if self.state:
            found += [(name, str(value).lower()) for name, value in STATES[self.state][1].items()]
        if self.since:
            found.append(("created_at_gte", _begin(self.since, zone)))
        if self.until:
            found.append(("created_at_lt", _begin(self.until, zone, days=1)))
        if self.q:
            found.append(("q", self.q))
        return found

    def conditions(self, zone: tzinfo) -> dict[str, Any]:
        """Return the conditions of an export, or of an action on all that match, as `Conditions` has them."""
        names = {"opt_out": "opted_out", "created_at_gte": "created_after", "created_at_lt": "created_before"}
        given: dict[str, Any] = {**dict(self.parameters(zone)), "tag": list(self.tags)}
        if self.state:
            given |= STATES[self.state][1]
        return {names.get(name, name): value for name, value in given.items()}

    @property
    def _pairs(self) -> list[tuple[str, str]]:
        usual = "desc" if self.order == "created_at" else "asc"
        return [
            ("q", self.q),
            *(("tag", tag) for tag in self.tags),
            ("state", self.state),
            ("since", self.since),
            ("until", self.until),
            ("order", "" if self.order == "created_at" else self.order),
            ("direction", "" if self.direction == usual else self.direction),
            ("after", self.after),
            ("before", self.before),
        ]


def _words(text: str, zone: tzinfo) -> str:
    """Return a day as it is, or a time with its zone, such as `30 Nov 2026, 14:05:10 CET`."""
    if _is_day(text):
        return text
    local = datetime.fromisoformat(text).astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M:%S %Z}"


def _last(texts: Iterable[str]) -> str:
    """Return the last text that is not empty: the form of conditions has a field for a day after a hidden time."""
    return ["", *filter(None, texts)][-1]


def _time(text: str) -> str:
    """Return a day or a time in its usual form; `""` for what is neither."""
    try:
        if "T" not in text:
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment.tzinfo else ""
    except (ValueError, OverflowError):
        return ""


def _is_day(text: str) -> bool:
    return "T" not in text


def _begin(day: str, zone: tzinfo, days: int = 0) -> str:
    """Return the beginning of a day, or of one after it, in UTC; a time as it is."""
    if not _is_day(day):
        return day
    try:
        begin = datetime.combine(date.fromisoformat(day) + timedelta(days=days), datetime.min.time(), zone)
        return begin.astimezone(UTC).isoformat()
    except OverflowError:  # in UTC it is before or after all years
        return (datetime.min.replace(tzinfo=UTC) if day < "1000" else datetime.max.replace(tzinfo=UTC)).isoformat()
