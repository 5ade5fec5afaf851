"""From the description of a call to an HTTP request. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlencode

import httpx2
from pydantic_core import to_json

from ._arguments import NotGiven, Omit
from ._operation import Call
from ._settings import Settings, extensions, override


def build(call: Call, settings: Settings) -> httpx2.Request:
    """Build the request of a call.

    httpx2's `Client.build_request` would merge headers, query, cookies and URL on each call; they are merged once, in
    the settings. Cookies are not sent.
    """
    method = call.operation.method
    url = settings.prefix + call.path
    query = {**settings.query, **call.query} if settings.query else call.query
    if query:
        url += "?" + _encode(query)
    headers = httpx2.Headers(settings.headers)
    content = b""
    if not isinstance(call.body, Omit):
        content = to_json(call.body, fallback=_plain)
        headers["Content-Type"] = "application/json"
        headers["Content-Length"] = str(len(content))
    if call.headers:
        override(headers, call.headers)
    timeouts = settings.extensions if isinstance(call.timeout, NotGiven) else extensions(call.timeout)
    request = httpx2.Request(method, url, headers=headers, stream=httpx2.ByteStream(content), extensions=timeouts)
    request.read()  # so that an error's `request.content` can be read
    return request


def _encode(query: Mapping[str, object]) -> str:
    return urlencode({name: _text(value) for name, value in query.items() if value is not None})


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
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON.")
