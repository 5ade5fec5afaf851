"""What the use cases report of the deployment; the composition root fills it in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from numberkeep.store.space import Space

SenderName = Literal["log", "webhook", "sendblue", "twilio", "test"]


def _unknown() -> Space | None:
    return None


@dataclass(slots=True, frozen=True)
class Deployment:
    """The deployment.

    Attributes:
        sender: what sends messages; `log` and `test` send nothing.
        receives: the carriers that may hand in messages for every account.
        sender_lacks: the settings that the sender works without, but not for every message.
        measure: returns the room on the database's disk; None if that is not known. Raises OSError.
    """

    sender: SenderName = "log"
    sender_lacks: tuple[str, ...] = ()
    measure: Callable[[], Space | None] = _unknown
    receives: tuple[str, ...] = ()
