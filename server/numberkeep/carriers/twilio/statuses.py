"""What Twilio says of a message that it sends."""

from typing import Final

FAILED: Final = frozenset({"failed", "undelivered", "canceled"})
"""Values of a message's status if it is not sent, or does not arrive."""
DELIVERED: Final = frozenset({"delivered", "read"})
"""Values of its status if it has reached the phone."""
