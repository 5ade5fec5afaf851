"""Builds HTTP requests from calls. Does no I/O."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
from pydantic_core import to_json

from ._arguments import NotGiven, Omit
from ._operation import Call, Repeated
from ._settings import Settings, extensions, override, read_timeout

_BODILESS = ("GET", "DELETE")


def build(call: Call[Any], settings: Settings) -> httpx2.Request:
    """Return the request for a call. It has no cookies.

    `Client.build_request` of httpx2 merges headers, query, cookies and URL for each call; here the settings merge them
    once.
    """
    method = call.operation.method
    url: str | httpx2.URL = settings.url(call.path) if call.path == call.operation.path else settings.prefix + call.path
    query = {**settings.query, **call.query} if settings.query else call.query
    if query and (encoded := urlencode([pair for name, value in query.items() for pair in _pairs(name, value)])):
        url = f"{url}{'&' if '?' in call.path else '?'}{encoded}"
    content = b""
    if isinstance(call.body, Omit):
        headers = httpx2.Headers(settings.headers)
        if method not in _BODILESS:
            headers["Content-Length"] = "0"
    else:
        content = call.body if isinstance(call.body, bytes) else to_json(call.body, fallback=_plain)
        headers = httpx2.Headers(settings.headers_of_json)
        headers["Content-Length"] = str(len(content))
    if method == "POST" and settings.makes_keys:
        # All attempts share the request and so the key: a service that stores it carries the call out once.
        headers["Idempotency-Key"] = str(uuid4())
    timeouts = settings.extensions
    if not isinstance(call.timeout, NotGiven):
        timeouts = extensions(call.timeout)
        override(headers, read_timeout(timeouts))
    if call.headers:
        override(headers, call.headers)
    request = httpx2.Request(method, url, headers=headers, stream=httpx2.ByteStream(content), extensions=timeouts)
    request.read()  # so that errors have `request.content`
    return request


def _pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _pairs(f"{name}[{key}]", each)
    elif isinstance(value, Repeated):
        yield from ((name, _text(each)) for each in value)
    elif value is not None and not isinstance(value, (Omit, NotGiven)):
        yield name, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return ",".join(_text(item) for item in value)
    return str(value)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON: pass a str, a number, a list or a dict.")
