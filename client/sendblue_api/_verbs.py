"""Calls of paths that have no method: from the arguments of `client.get`, `post` and the rest to a call. Pure."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import httpx2

from ._arguments import Omit, RequestOptions, not_given, omit
from ._operation import Call, Operation, merged
from ._settings import Settings

T = TypeVar("T")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def describe_path(
    method: str, path: str, *, cast_to: type[T], body: object, options: RequestOptions, settings: Settings
) -> Call[T]:
    """Describe a call of any path.

    Args:
        method: the HTTP method.
        path: the path behind the base URL, with a query or without; or a whole address that begins with the base URL.
        cast_to: the type of the answer; `httpx2.Response` for the answer as it is.
        body: what is sent as JSON; None for no body.
        options: what else the request has.
        settings: the client's, for its base URL.

    Raises:
        ValueError: the address does not begin with the base URL: the secret is for nobody else.
    """
    if _ABSOLUTE.match(path):
        if not path.startswith(settings.prefix + "/"):
            raise ValueError(f"The path must be one below {settings.base_url!r}, where the secret may go.")
        path = path.removeprefix(settings.prefix)
    # httpx's own class is not of ours, and means the same.
    kind: Any = httpx2.Response if f"{cast_to.__module__}.{cast_to.__qualname__}" == "httpx.Response" else cast_to
    sent = omit if body is None else body
    if "extra_json" in options:
        sent = merged({} if isinstance(sent, Omit) else sent, options["extra_json"])
    headers: Mapping[str, str | Omit] = options.get("headers") or {}
    if "idempotency_key" in options:
        headers = {"Idempotency-Key": options["idempotency_key"], **headers}
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
