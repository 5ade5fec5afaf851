"""A test kit: a real service for a test suite, with an account for each test.

With pytest, request the fixture `numberkeep`, which is an `Account`. Elsewhere, start a `Service`:

```python
with Service() as service, service.account() as numberkeep:
    ...  # SENDBLUE_API_* name the account: clients need no arguments
```

Public names load their modules at first use, so that pytest can load the plugin without them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from numberkeep.testing.account import Account
    from numberkeep.testing.calls import Call
    from numberkeep.testing.clock import Clock
    from numberkeep.testing.connection import ControlError
    from numberkeep.testing.events import Event
    from numberkeep.testing.faults import Fault, Faults
    from numberkeep.testing.phone import Message, Phone, Received
    from numberkeep.testing.service import Service

__all__ = [
    "Account",
    "Call",
    "Clock",
    "ControlError",
    "Event",
    "Fault",
    "Faults",
    "Message",
    "Phone",
    "Received",
    "Service",
]

_HOMES: Final = {
    "Account": "account",
    "Call": "calls",
    "Clock": "clock",
    "ControlError": "connection",
    "Event": "events",
    "Fault": "faults",
    "Faults": "faults",
    "Message": "phone",
    "Phone": "phone",
    "Received": "phone",
    "Service": "service",
}
"""The module of each public name."""


def __getattr__(name: str) -> Any:
    """Import the module of a public name."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return sorted(__all__)
