"""The attributes `with_raw_response` and `with_streaming_response`, whose classes load at first use."""

from functools import cached_property
from typing import Any

from sendblue_api._senders import AsyncSender


def raw_access(group: str, kind: str) -> Any:
    """Return an attribute for a client or a resource: an instance of a class in the module `raw`.

    Args:
        group: `Client`, `Contacts` or `Bulk`.
        kind: `Raw` or `Streaming`.
    """

    def make(holder: Any) -> Any:
        from sendblue_api import _raw  # noqa: PLC0415 - few programs need it

        from . import raw  # noqa: PLC0415 - as above

        sender = holder._sender  # noqa: SLF001 - of the same package
        family = "Async" if isinstance(sender, AsyncSender) else ""
        return getattr(raw, f"{family}{group}With{kind}Response")(getattr(_raw, f"{family}{kind}Sender")(sender))

    return cached_property(make)
