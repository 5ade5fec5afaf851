"""As whom messages are sent, and where to: what the operator sets for each sender."""

from dataclasses import dataclass, field
from typing import Final

SENDBLUE_URL: Final = "https://api.sendblue.co"
TWILIO_URL: Final = "https://api.twilio.com"


@dataclass(slots=True, frozen=True)
class WebhookSenderSettings:
    """Where messages go.

    Attributes:
        url: the program's; it may be anywhere, in the operator's own network too.
        secret: what requests are signed with; `""` signs nothing.
    """

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(slots=True, frozen=True)
class SendblueSettings:
    """An account with the hosted service.

    Attributes:
        key_id: what is sent as `sb-api-key-id`.
        secret: what is sent as `sb-api-secret-key`.
        line: the number to send from where a message names none, E.164; `""` leaves it out.
        base: the service's URL, without a path.
    """

    key_id: str
    secret: str = field(repr=False)
    line: str = ""
    base: str = SENDBLUE_URL


@dataclass(slots=True, frozen=True)
class TwilioSettings:
    """An account with Twilio.

    Attributes:
        account_sid: the account, `AC...`.
        auth_token: its secret.
        line: the number to send from where a message names none, E.164.
        base: Twilio's URL, without a path.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    line: str = ""
    base: str = TWILIO_URL
