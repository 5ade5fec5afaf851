"""httpx2 clients with the defaults of this package, for programs that change a setting or two."""

from typing import Any, TypeAlias

import httpx2

from ._proxies import AsyncClient, Client
from ._settings import DEFAULT_CONNECTION_LIMITS, DEFAULT_TIMEOUT

Transport: TypeAlias = httpx2.BaseTransport
ProxiesTypes: TypeAlias = str | httpx2.Proxy | dict[str | httpx2.URL, str | httpx2.URL | httpx2.Proxy | None]


def _defaults(settings: dict[str, Any], family: str) -> dict[str, Any]:
    ours = {"timeout": DEFAULT_TIMEOUT, "limits": DEFAULT_CONNECTION_LIMITS, "follow_redirects": True}
    settings = {**ours, **settings}
    if hasattr(settings["timeout"], "as_dict"):  # httpx2's, or httpx's
        settings["timeout"] = httpx2.Timeout(**settings["timeout"].as_dict())
    transport = settings.get("transport")
    if transport is not None and not isinstance(transport, (httpx2.BaseTransport, httpx2.AsyncBaseTransport)):
        from ._legacy import bridged  # noqa: PLC0415 - for callers who still have httpx

        settings["transport"] = bridged(transport, family)
    return settings


class DefaultHttpxClient(Client):
    """An `httpx2.Client` with the default timeout and limits of this package, which arguments override.

    A timeout or a transport of httpx also works.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**_defaults(settings, "Client"))


class DefaultAsyncHttpxClient(AsyncClient):
    """An `httpx2.AsyncClient` with the default timeout and limits of this package, which arguments override."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**_defaults(settings, "AsyncClient"))


class DefaultAioHttpClient(httpx2.AsyncClient):
    """An `httpx2.AsyncClient` that sends with aiohttp, which is faster for many concurrent requests.

    Takes the arguments of `httpx2.AsyncClient`. Install it with `pip install "sendblue-api[aiohttp]"`.

    Raises:
        ImportError: aiohttp is not installed.
    """

    def __init__(self, **settings: Any) -> None:
        try:
            from ._aiohttp import AiohttpTransport  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ImportError("DefaultAioHttpClient needs aiohttp: run pip install 'sendblue-api[aiohttp]'.") from error
        settings = _defaults(settings, "AsyncClient")
        connection = {name: settings.pop(name) for name in ("verify", "limits", "trust_env") if name in settings}
        super().__init__(**{"transport": AiohttpTransport(**connection), **settings})


def file_from_path(path: str) -> tuple[str, bytes]:
    """Return the name and the content of a file, for `files=`."""
    from pathlib import Path  # noqa: PLC0415 - few programs need it

    return Path(path).name, Path(path).read_bytes()
