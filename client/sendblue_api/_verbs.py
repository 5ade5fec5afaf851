"""Calls of paths that have no method: from the arguments of `client.get`, `post` and the rest to a call. Pure."""

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
    """Describe a call of any path.

    Args:
        method: the HTTP method.
        path: the path behind the base URL, with a query or without; or a whole address that begins with the base URL.
        settings: the client's, for its base URL.
        cast_to: the type of the answer; `httpx2.Response` for the answer as it is.
        body: what is sent as JSON; None for no body.
        content: bytes, text or an iterable of bytes, sent as the whole body.
        files: what is sent as a form, as httpx2 takes it, with the fields of the body.
        options: what else the request has.

    Raises:
        TypeError: `content` has another type, or is given together with `body`, `extra_json` or `files`.
        ValueError: the address does not begin with the base URL: the secret is for nobody else.
    """
    options = options or {}
    if _ABSOLUTE.match(path):
        if not path.startswith(settings.prefix + "/"):
            raise ValueError(f"The path must be one below {settings.base_url!r}, where the secret may go.")
        path = path.removeprefix(settings.prefix)
    httpx = sys.modules.get("httpx")  # whose class means the same
    kind = httpx2.Response if httpx is not None and cast_to is httpx.Response else cast_to
    headers: HeaderMapping = options.get("headers") or {}
    if "idempotency_key" in options:
        headers = {"Idempotency-Key": options["idempotency_key"], **headers}
    sent = merged(method, omit if body is None else bare(body), options.get("extra_json"))
    if content is not None:
        if files or not isinstance(sent, Omit):
            raise TypeError("content is a whole body: leave out body, extra_json and files, or leave out content.")
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
    # The type names the boundary, which the form was written with.
    headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return request.read(), {**headers, "Content-Type": request.headers["Content-Type"]}
