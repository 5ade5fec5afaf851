"""What waits for a person, as numbers beside the sections of the rail."""

from collections.abc import Mapping

from numberkeep.console.rendering import SECTIONS
from numberkeep.console.visit import Visit
from numberkeep.domain.errors import NumberkeepError
from numberkeep.service.overview import MOST_SHOWN, waiting_for_people


async def badges_of(visit: Visit) -> Mapping[str, str]:
    """Return the badge of each section, `""` for none; none at all if the store cannot be read."""
    badges = dict.fromkeys((name for name, _ in SECTIONS), "")
    try:
        reviews, failed = await waiting_for_people(visit.context, visit.account)
    except NumberkeepError:  # the page itself may say so
        return badges
    badges["review"] = f"{reviews:,}" if reviews else ""
    badges["webhooks"] = "" if not failed else f"{failed}+" if failed >= MOST_SHOWN else str(failed)
    return badges
