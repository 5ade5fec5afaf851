"""Describes the calls of `client.get`, `post`, `put`, `patch` and `delete`. Does no I/O."""

import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import httpx2

from ._arguments import HeaderMapping, Omit, RequestOptions, not_given, omit
from ._operation import Call, Operation, bare, merged
from ._settings import Settings

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def describe_path(
    method: str,
    path: str,
    settings: Settings,
    cast_to: Any,
    *,
    body: object = None,
    content: object = None,
    files: Any = None,
    options: RequestOptions | None = None,
) -> Call[Any]:
    """Return the call for any path. `SendblueAPI.get` documents the arguments and errors."""
    options = options or {}
    if _ABSOLUTE.match(path):
        if not path.startswith(settings.prefix + "/"):
            raise ValueError("path must be relative or begin with base_url: no other URL may receive the API secret.")
        path = path.removeprefix(settings.prefix)
    httpx = sys.modules.get("httpx")  # its class is taken for that of httpx2
    kind = httpx2.Response if httpx is not None and cast_to is httpx.Response else cast_to
    headers: HeaderMapping = options.get("headers") or {}
    if "idempotency_key" in options:
        headers = {"Idempotency-Key": options["idempotency_key"], **headers}
    sent = merged(method, omit if body is None else bare(body), options.get("extra_json"))
    if content is not None:
        if files or not isinstance(sent, Omit):
            raise TypeError("content cannot be combined with body, extra_json or files: pass only one of them.")
        sent = _bytes(content)
    elif files:
        sent, headers = _form(sent, files, headers)
    return Call(
        Operation(method, "{path}", lambda: kind),
        "/" + path.lstrip("/"),
        options.get("params") or {},
        sent,
        headers,
        options.get("timeout", not_given),
        options.get("max_retries"),
        options.get("follow_redirects", True),
    )


def _bytes(content: Any) -> bytes:
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, (bytes, bytearray, memoryview)):
        return bytes(content)
    if not isinstance(content, Iterable) or isinstance(content, Mapping):
        raise TypeError(f"content must be bytes, a str or an iterable of bytes, not {type(content).__name__}.")
    return b"".join(content)


def _form(fields: Any, files: Any, headers: HeaderMapping) -> tuple[bytes, HeaderMapping]:
    request = httpx2.Request("POST", "http://form", data=None if isinstance(fields, Omit) else fields, files=files)
    # Its type names the boundary of the form.
    headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return request.read(), {**headers, "Content-Type": request.headers["Content-Type"]}
