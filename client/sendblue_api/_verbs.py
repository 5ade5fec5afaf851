"""Calls of paths that have no method: from the arguments of `client.get`, `post` and the rest to a call. Pure."""

import re
import sys
from collections.abc import Mapping
from typing import Any

import httpx2

from ._arguments import Omit, RequestOptions, not_given, omit
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
        content: what is sent as it is.
        files: what is sent as a form, as httpx2 takes it, with the fields of the body.
        options: what else the request has.

    Raises:
        TypeError: there are both a body and a content.
        ValueError: the address does not begin with the base URL: the secret is for nobody else.
    """
    options = options or {}
    if _ABSOLUTE.match(path):
        if not path.startswith(settings.prefix + "/"):
            raise ValueError(f"The path must be one below {settings.base_url!r}, where the secret may go.")
        path = path.removeprefix(settings.prefix)
    httpx = sys.modules.get("httpx")  # whose class means the same
    kind = httpx2.Response if httpx is not None and cast_to is httpx.Response else cast_to
    headers: Mapping[str, str | Omit] = options.get("headers") or {}
    if "idempotency_key" in options:
        headers = {"Idempotency-Key": options["idempotency_key"], **headers}
    sent = merged(method, omit if body is None else bare(body), options.get("extra_json"))
    if content is not None or files:
        sent, headers = _encoded(content, files, sent, headers)
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


def _encoded(
    content: Any, files: Any, fields: Any, headers: Mapping[str, str | Omit]
) -> tuple[bytes, Mapping[str, str | Omit]]:
    if isinstance(fields, Omit):
        fields = None
    elif content is not None:
        raise TypeError("A call has a body or a content: give one of them.")
    request = httpx2.Request("POST", "http://form", content=content, data=fields, files=files)
    if files:  # the type names the boundary, which the form was written with
        headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        headers = {**headers, "Content-Type": request.headers["Content-Type"]}
    return request.read(), headers
