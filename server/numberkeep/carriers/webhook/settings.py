"""The settings of the sender `webhook`."""

from dataclasses import dataclass, field


@dataclass(slots=True, frozen=True)
class WebhookSenderSettings:
    """The program that sends messages.

    Attributes:
        url: the program's URL; it may be anywhere, including the operator's own network.
        secret: what requests are signed with; `""` signs nothing.
        reveals: whether the secret itself is sent too.
    """

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    reveals: bool = False
