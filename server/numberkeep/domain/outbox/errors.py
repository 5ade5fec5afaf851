"""Why a delivery failed."""

from datetime import datetime

from numberkeep.domain.errors import NumberkeepError


class DeliveryFailed(NumberkeepError):
    """A message or an event was not accepted, as far as is known.

    Args:
        reason: why, in words that may be stored, shown and logged: without numbers, names, secrets or answers' bodies.
        permanent: whether it is pointless to try again.
        retry_after: how long the receiver asked to wait, seconds, or until when; None if it did not.
        opted_out: whether the carrier says that the recipient has opted out.
        code: the carrier's number for the error; 0 for none.
        key: the error in one word, as the carrier says it; `""` for none.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: float | datetime | None = None,
        opted_out: bool = False,
        code: int = 0,
        key: str = "",
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after = retry_after
        self.opted_out = opted_out
        self.code = code
        self.key = key


class DeliveryRefused(DeliveryFailed):
    """The receiver does not want the delivery, so it is not retried.

    Args:
        reason: see DeliveryFailed.
        answer: the beginning of the answer's body, which may contain a number or a name.
    """

    def __init__(self, reason: str, answer: bytes = b"") -> None:
        super().__init__(reason, permanent=True)
        self.answer = answer


class ReceiverGone(DeliveryRefused):
    """The receiver wants no more deliveries."""


class TargetRefused(DeliveryFailed):
    """The URL leads to an address that may not be reached."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=True)


class NetworkRefused(TargetRefused):
    """The form of the URL is right, but its host has an address in a network that is not allowed."""
