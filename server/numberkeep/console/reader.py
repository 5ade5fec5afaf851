"""Who reads a page, as far as it matters to how values are shown."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from numberkeep.console.cookies import MASKED, THEME, ZONE, Jar

THEMES: Final = ("light", "dark")
_LONGEST_ZONE: Final = 64


@dataclass(slots=True, frozen=True)
class Reader:
    """The reader.

    Attributes:
        zone: their time zone; UTC until a script has named it.
        theme: `light` or `dark`; `""` for that of their system.
        masked: whether numbers are shown without most of their digits.
        region: the region of numbers without `+` in their account.
        form_token: what their forms repeat.
        read_only: whether they may change nothing.
        account: the name of their account; `""` if they are not signed in.
        key_id: the id of their key, likewise.
    """

    zone: tzinfo
    theme: str = ""
    masked: bool = False
    region: str = ""
    form_token: str = ""
    read_only: bool = False
    account: str = ""
    key_id: str = ""


UNKNOWN: Final = Reader(ZoneInfo("UTC"))
READER: Final[ContextVar[Reader]] = ContextVar("reader", default=UNKNOWN)
"""The reader of the page that is being rendered, for filters and macros."""


def choices(jar: Jar) -> tuple[tzinfo, str, bool]:
    """Return the zone, the theme and whether numbers are masked, as the cookies say."""
    theme = jar.values.get(THEME, "")
    return zone_named(jar.values.get(ZONE, "")), theme if theme in THEMES else "", jar.values.get(MASKED) == "1"


@lru_cache(256)
def zone_named(name: str) -> tzinfo:
    """Return the time zone of this name; UTC if there is none."""
    try:
        return ZoneInfo(name if len(name) <= _LONGEST_ZONE and name.isascii() else "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UNKNOWN.zone
