"""What the hosted service says of a message that it sends."""

from typing import Final

FAILED: Final = frozenset({"ERROR", "FAILED", "DECLINED"})
"""Values of `status` for a message that is not sent: ERROR today, the others in older versions."""
DELIVERED: Final = "DELIVERED"
"""The value of `status` for a message that has reached the phone."""
