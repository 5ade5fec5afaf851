"""The settings by which requests of carriers are authenticated."""

from dataclasses import dataclass, field


@dataclass(slots=True, frozen=True)
class Carriers:
    """The secrets of carriers that serve the whole deployment, and not only one account.

    Attributes:
        signing_secret: the hosted service's `sb-signing-secret`; `""` if there is none.
        twilio_auth_token: the token that Twilio signs with; `""` if there is none.
        public_url: the service's URL as carriers see it; `""` to derive it from each request's own headers.
    """

    signing_secret: str = field(default="", repr=False)
    twilio_auth_token: str = field(default="", repr=False)
    public_url: str = ""
