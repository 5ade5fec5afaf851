"""Decodes responses: valid data in one pass, other data field by field. Does no I/O."""

from collections.abc import Callable
from types import NoneType
from typing import Any, TypeVar

import httpx2
from pydantic import ValidationError
from pydantic_core import from_json

from ._errors import APIResponseValidationError, status_error
from ._fitting import lenient, read
from ._json_content import json_content

T = TypeVar("T")
_NO_CONTENT = 204
_WITHOUT_JSON: dict[Any, Callable[[httpx2.Response], Any]] = {
    str: lambda response: response.text,
    bytes: lambda response: response.content,
    NoneType: lambda _: None,
    httpx2.Response: lambda response: response,
}


def decode(kind: type[T], response: httpx2.Response, *, strict: bool) -> T:
    """Decode a successful response whose body was read.

    Values that do not match their type stay as they came, so that a change of the service breaks no program.

    Args:
        kind: a type that pydantic knows; or `str`, `bytes`, `httpx2.Response` or `NoneType`, which need no JSON;
            `object` is JSON, or text if the content type is not JSON.
        response: the response.
        strict: raise an error if the response does not match `kind`.

    Raises:
        APIResponseValidationError: the response is not JSON, or with `strict` does not match `kind`.
        APIStatusError: the response says `"status": "ERROR"`, whatever its HTTP status.
    """
    result: Any
    if kind in _WITHOUT_JSON:
        result = _WITHOUT_JSON[kind](response)
        return result  # type: ignore[no-any-return]
    try:
        result = read(kind, json_content(response))
    except ValidationError as error:
        result = _decode_in_part(kind, response, error if strict else None)
    if getattr(result, "status", None) == "ERROR" or (isinstance(result, dict) and result.get("status") == "ERROR"):
        raise status_error(response)
    return result  # type: ignore[no-any-return]


def _decode_in_part(kind: Any, response: httpx2.Response, failure: ValidationError | None) -> Any:
    if response.status_code == _NO_CONTENT:
        return ""
    try:
        value = from_json(json_content(response))
    except ValueError as error:
        if kind is object and "json" not in response.headers.get("content-type", ""):
            return response.text
        raise APIResponseValidationError(response, response.text) from error
    if failure is not None and not (isinstance(value, dict) and value.get("status") == "ERROR"):
        message = f"The response does not match {getattr(kind, '__name__', kind)}."
        raise APIResponseValidationError(response, value, message=message) from failure
    return lenient(kind, value)
