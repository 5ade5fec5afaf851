"""A typed client for the Sendblue v2 Contacts API, sync and async.

```python
from sendblue_api import SendblueAPI

client = SendblueAPI()  # reads SENDBLUE_API_API_KEY, SENDBLUE_API_API_SECRET and SENDBLUE_API_BASE_URL
client.contacts.create(number="+15551234567", first_name="Ada", tags=["vip"])
```

Public names load their modules at first use, so importing the package is cheap.
"""

import os
import sys
from typing import TYPE_CHECKING

if sys.version_info < (3, 11):  # noqa: UP036 - no installer has checked it where a checkout is on the path
    raise ImportError(f"sendblue_api needs Python 3.11 or newer, and this is Python {sys.version.split()[0]}.")

# One look at one file costs microseconds; a search of the metadata would cost more than this import.
if os.path.exists(f"{__path__[0]}/_base_client.py"):  # noqa: PTH110 - as would pathlib
    from ._two_clients import refuse

    refuse()

from ._lazy import exports
from ._version import __title__, __version__

if TYPE_CHECKING:
    from types import NoneType

    from httpx2 import Timeout

    from . import types
    from ._arguments import NOT_GIVEN, NotGiven, Omit, RequestOptions, not_given, omit
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
    from ._http import (
        DefaultAioHttpClient,
        DefaultAsyncHttpxClient,
        DefaultHttpxClient,
        ProxiesTypes,
        Transport,
        file_from_path,
    )
    from ._models import BaseModel
    from ._raw import APIResponse, AsyncAPIResponse
    from ._settings import DEFAULT_CONNECTION_LIMITS, DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT
    from ._stream import AsyncStream, Stream

__all__ = [
    "DEFAULT_CONNECTION_LIMITS",
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APIResponse",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncAPIResponse",
    "AsyncClient",
    "AsyncSendblueAPI",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "BaseModel",
    "Client",
    "ConflictError",
    "DefaultAioHttpClient",
    "DefaultAsyncHttpxClient",
    "DefaultHttpxClient",
    "InternalServerError",
    "NoneType",
    "NotFoundError",
    "NotGiven",
    "Omit",
    "PermissionDeniedError",
    "ProxiesTypes",
    "RateLimitError",
    "RequestOptions",
    "SendblueAPI",
    "SendblueAPIError",
    "Stream",
    "Timeout",
    "Transport",
    "UnprocessableEntityError",
    "__title__",
    "__version__",
    "file_from_path",
    "not_given",
    "omit",
    "types",
]

if not TYPE_CHECKING:
    _NOT_ERRORS = {
        "httpx2": "Timeout",
        "types": "NoneType",
        "._arguments": "NOT_GIVEN NotGiven Omit RequestOptions not_given omit",
        "._client": "AsyncClient AsyncSendblueAPI Client SendblueAPI",
        "._http": "DefaultAioHttpClient DefaultAsyncHttpxClient DefaultHttpxClient"
        " ProxiesTypes Transport file_from_path",
        "._models": "BaseModel",
        "._raw": "APIResponse AsyncAPIResponse",
        "._settings": "DEFAULT_CONNECTION_LIMITS DEFAULT_MAX_RETRIES DEFAULT_TIMEOUT",
        "._stream": "AsyncStream Stream",
        ".types": "types",
    }
    _HOMES = {name: home for home, names in _NOT_ERRORS.items() for name in names.split()}
    __getattr__, __dir__ = exports(__name__, {**dict.fromkeys(__all__, "._errors"), **_HOMES})
