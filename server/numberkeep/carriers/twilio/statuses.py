"""Twilio's statuses of an outbound message."""

from typing import Final

FAILED: Final = frozenset({"failed", "undelivered", "canceled"})
"""Values for a message that was not sent, or did not arrive."""
DELIVERED: Final = frozenset({"delivered", "read"})
"""Values for a message that has reached the phone."""
