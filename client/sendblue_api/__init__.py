"""A typed client of the Sendblue v2 Contacts API, sync and async.

```python
from sendblue_api import SendblueAPI

client = SendblueAPI()  # reads SENDBLUE_API_API_KEY, SENDBLUE_API_API_SECRET and SENDBLUE_API_BASE_URL
client.contacts.create(number="+15551234567", first_name="Ada", tags=["vip"])
```

Every public name loads its module when it is first used, so that the import costs next to nothing.
"""

from typing import TYPE_CHECKING

from ._lazy import exports
from ._version import __title__, __version__

if TYPE_CHECKING:
    from httpx2 import Timeout

    from . import types
    from ._arguments import NOT_GIVEN, NotGiven, Omit, not_given, omit
    from ._client import AsyncClient, AsyncSendblueAPI, Client, SendblueAPI
    from ._errors import (
        APIConnectionError,
        APIError,
        APIResponseValidationError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        InternalServerError,
        NotFoundError,
        PermissionDeniedError,
        RateLimitError,
        SendblueAPIError,
        UnprocessableEntityError,
    )
    from ._models import BaseModel
    from ._settings import DEFAULT_CONNECTION_LIMITS, DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT

__all__ = [
    "DEFAULT_CONNECTION_LIMITS",
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncClient",
    "AsyncSendblueAPI",
    "AuthenticationError",
    "BadRequestError",
    "BaseModel",
    "Client",
    "ConflictError",
    "InternalServerError",
    "NotFoundError",
    "NotGiven",
    "Omit",
    "PermissionDeniedError",
    "RateLimitError",
    "SendblueAPI",
    "SendblueAPIError",
    "Timeout",
    "UnprocessableEntityError",
    "__title__",
    "__version__",
    "not_given",
    "omit",
    "types",
]

if not TYPE_CHECKING:
    _NOT_ERRORS = {
        "httpx2": ("Timeout",),
        "._arguments": ("NOT_GIVEN", "NotGiven", "Omit", "not_given", "omit"),
        "._client": ("AsyncClient", "AsyncSendblueAPI", "Client", "SendblueAPI"),
        "._models": ("BaseModel",),
        "._settings": ("DEFAULT_CONNECTION_LIMITS", "DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT"),
        ".types": ("types",),
    }
    _HOMES = {name: home for home, names in _NOT_ERRORS.items() for name in names}
    __getattr__ = exports(__name__, {**dict.fromkeys(__all__, "._errors"), **_HOMES})
