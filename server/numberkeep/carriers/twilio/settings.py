"""The settings of Twilio as a sender."""

from dataclasses import dataclass, field
from typing import Final

TWILIO_URL: Final = "https://api.twilio.com"


@dataclass(slots=True, frozen=True)
class TwilioSettings:
    """An account with Twilio.

    Attributes:
        account_sid: the account, `AC...`.
        auth_token: its secret.
        line: the number to send from if a message names none, E.164.
        base: Twilio's URL, without a path.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    line: str = ""
    base: str = TWILIO_URL
