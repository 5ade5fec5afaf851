"""Review: the unclear replies, each until somebody decides what it means."""

from collections.abc import Sequence
from typing import Final

from numberkeep.console.following import following, position
from numberkeep.console.page import Events, Page, PageRoute, Redirect, page
from numberkeep.console.pages.inbox import number_in, path_of
from numberkeep.console.site import ROOT
from numberkeep.console.values import number_for
from numberkeep.console.visit import Visit
from numberkeep.domain.contacts.contact import micros
from numberkeep.domain.errors import ReviewDecided
from numberkeep.domain.event import Event, EventType
from numberkeep.operations import overview, reviews
from numberkeep.wire.overview import OverviewParams
from numberkeep.wire.reviews import DecideBody, ReviewDecision, ReviewsParams

_REVIEWS: Final = 50
_EVERY: Final = "reviews count sections"
_CHANGING: Final = frozenset({EventType.CONSENT_UNCLEAR, EventType.CONSENT_DECIDED})


@page("GET", "/review")
async def review(visit: Visit) -> Page:
    """List what waits for a decision, the oldest first."""
    since, after = await position(visit), number_in(visit.query.get("after", ""))
    listed = await visit.call(reviews.list_open, ReviewsParams(limit=_REVIEWS, cursor=after))
    now = visit.context.clock.now()
    data = {
        "since": since,
        "reviews": [(each, micros(each.deadline) < now) for each in listed.items],
        "next": listed.cursor or "",
        "is_first": after is None,
        "count": (await visit.call(overview.show, OverviewParams(days=1))).open_reviews,
        "path_of": path_of,
    }
    return Page("review/list.html", data, title="Review", section="review")


@page("GET", "/review/events")
async def events(visit: Visit) -> Events:
    """Stream that the list has changed."""

    def fragments_of(batch: Sequence[Event]) -> str:
        return _EVERY if any(event.type in _CHANGING for event in batch) else ""

    return Events(following(visit, _EVERY, fragments_of))


@page("POST", "/review/{review_id:int}", changes=True)
async def decide(visit: Visit) -> Redirect:
    """Decide what a reply means."""
    opts_out = (await visit.form()).get("decision") == "opt-out"
    body = DecideBody(decision="opt-out" if opts_out else "keep")
    try:
        decided = await visit.call(reviews.decide, ReviewDecision(visit.path["review_id"], body))
    except ReviewDecided as error:
        visit.flash(str(error))
    else:
        what = "is opted out" if opts_out else "was kept: nothing was changed"
        visit.flash(f"{number_for(visit.reader, decided.review.number)} {what}.")
    return Redirect(f"{ROOT}/review")


ROUTES: Final[tuple[PageRoute, ...]] = (review, events, decide)
