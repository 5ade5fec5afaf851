"""Who hands in what people write."""

from dataclasses import dataclass, field


@dataclass(slots=True, frozen=True)
class Carriers:
    """How carriers that serve the whole deployment, and not one account alone, prove themselves.

    Attributes:
        signing_secret: what the hosted service sends as `sb-signing-secret`; `""` for nothing.
        twilio_auth_token: what Twilio signs with; `""` for nothing.
        public_url: the service's URL as carriers see it; `""` to go by each request's own headers.
    """

    signing_secret: str = field(default="", repr=False)
    twilio_auth_token: str = field(default="", repr=False)
    public_url: str = ""
