"""The settings of the hosted service as a sender."""

from dataclasses import dataclass, field
from typing import Final

SENDBLUE_URL: Final = "https://api.sendblue.co"


@dataclass(slots=True, frozen=True)
class SendblueSettings:
    """An account with the hosted service.

    Attributes:
        key_id: the value of `sb-api-key-id`.
        secret: the value of `sb-api-secret-key`.
        line: the number to send from if a message names none, E.164; `""` leaves it out.
        base: the service's URL, without a path.
    """

    key_id: str
    secret: str = field(repr=False)
    line: str = ""
    base: str = SENDBLUE_URL
