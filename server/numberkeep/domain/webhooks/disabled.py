"""What the change log says about a webhook that was disabled."""

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class DisabledWebhook:
    """A webhook at the moment when it was disabled; without its secret, which no event contains.

    Attributes:
        webhook_id: its number within the account.
        url: its URL.
        reason: why, such as `answered 410`.
    """

    webhook_id: int
    url: str
    reason: str
