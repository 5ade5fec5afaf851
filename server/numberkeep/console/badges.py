"""What waits for a person, as numbers beside the sections of the rail."""

from collections.abc import Mapping

from numberkeep.console.visit import Visit
from numberkeep.domain.errors import NumberkeepError
from numberkeep.service import attention


async def badges_of(visit: Visit) -> Mapping[str, str]:
    """Return the badges of the sections that have one; none if the store cannot be read."""
    try:
        waiting = await attention.waiting(visit.context, visit.account)
    except NumberkeepError:  # the page itself may say so
        return {}
    dead = f"{attention.MOST}+" if waiting.dead > attention.MOST else str(waiting.dead)
    badges = {"review": f"{waiting.reviews:,}" if waiting.reviews else "", "webhooks": dead if waiting.dead else ""}
    return {name: badge for name, badge in badges.items() if badge}
