"""The hosted service's statuses of an outbound message."""

from typing import Final

FAILED: Final = frozenset({"ERROR", "FAILED", "DECLINED"})
"""Values of `status` for a message that was not sent: ERROR today, the others in older versions."""
DELIVERED: Final = "DELIVERED"
"""The value of `status` for a message that has reached the phone."""
