"""Overview: the account's numbers, and what happened on each day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from typing import Final

from markupsafe import Markup

from numberkeep.console.page import Page, PageRoute, page
from numberkeep.console.plots import Plot, Series, svg
from numberkeep.console.visit import Visit
from numberkeep.operations import overview as operations
from numberkeep.wire.overview import DayOut, OverviewOut, OverviewParams

PERIODS: Final = (7, 30, 90, 366)
_NARROW: Final = 340
_FUNNEL: Final = (("Asked", "asked"), ("Verified", "verified"), ("Expired", "expired"), ("Canceled", "canceled"))


@dataclass(slots=True, frozen=True)
class Chart:
    """A plot with its title, as the page shows it.

    Attributes:
        title: what it shows.
        plot: the plot.
        about: a sentence below it; `""` for none.
        places: what the places of the plot are.
    """

    title: str
    plot: Plot
    about: str = ""
    places: str = "Day"

    @property
    def svgs(self) -> tuple[Markup, Markup]:
        """The plot for wide screens and for narrow ones, so that its labels have the size of other text."""
        return svg(self.plot), svg(replace(self.plot, width=_NARROW))


@page("GET", "/overview")
async def overview(visit: Visit) -> Page:
    """Show the numbers."""
    wanted = visit.query.get("days", "")
    days = int(wanted) if wanted in {str(each) for each in PERIODS} else PERIODS[1]
    numbers = await visit.call(operations.show, OverviewParams(days=days))
    data = {
        "numbers": numbers,
        "days": days,
        "periods": PERIODS,
        "charts": _charts(numbers),
        "day_begins": _day_begins(numbers, visit.zone),
        "waiting": sum(each.waiting for each in numbers.deliveries),
        "failed": sum(each.failed for each in numbers.deliveries),
        "held": sum(each.held for each in numbers.deliveries),
        "is_more": any(each.more for each in numbers.deliveries),
    }
    return Page("overview/overview.html", data, title="Overview", section="overview")


def _charts(numbers: OverviewOut) -> Sequence[Chart]:
    days = numbers.days
    labels = [_label(each.day) for each in days]

    def values(name: str, of: Callable[[DayOut], int]) -> Series:
        return Series(name, [of(each) for each in days])

    totals = [sum(getattr(each, name) for each in days) for _, name in _FUNNEL]
    return (
        Chart("Contacts", Plot(labels, [values("Contacts", lambda it: it.contacts)], is_line=True)),
        Chart(
            "Verification",
            Plot([word for word, _ in _FUNNEL], [Series("Questions", totals)]),
            "Questions that were asked, answered, not answered in time, and ended by an opt-out or a deletion.",
            "Outcome",
        ),
        Chart(
            "Opt-outs",
            Plot(
                labels,
                [values("Opted out", lambda it: it.opted_out), values("Opted in again", lambda it: it.opted_in)],
            ),
        ),
        Chart(
            "Messages", Plot(labels, [values("Sent", lambda it: it.sent), values("Received", lambda it: it.received)])
        ),
    )


def _day_begins(numbers: OverviewOut, zone: tzinfo) -> str:
    """Return when the last day began for the reader, such as `01:00`; `""` at midnight."""
    begin = datetime.combine(date.fromisoformat(numbers.days[-1].day), time(), UTC).astimezone(zone)
    return f"{begin:%H:%M}" if begin.time() != time() else ""


def _label(day: str) -> str:
    at = date.fromisoformat(day)
    return f"{at.day} {at:%b}"


ROUTES: Final[tuple[PageRoute, ...]] = (overview,)
