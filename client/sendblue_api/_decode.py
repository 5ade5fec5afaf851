"""From the bytes of an answer to a model: valid data in one pass, odd data field by field. Pure."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, TypeVar, get_args, get_origin

import httpx2
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from ._errors import APIResponseValidationError, status_error
from ._models import BaseModel
from ._operation import Operation

T = TypeVar("T")
_NO_CONTENT = 204


def decode(operation: Operation[T], response: httpx2.Response) -> T:
    """Decode a good answer.

    What does not fit the model stays as it came, so that a newer or an odd service never breaks a reader.

    Raises:
        APIResponseValidationError: the answer is not JSON.
        APIStatusError: the answer says `"status": "ERROR"`, whatever its HTTP status.
    """
    kind: Any = operation.answer()
    try:
        answer: T = _reader(kind)(response.content)
    except ValidationError:
        answer = _odd(kind, response)
    if getattr(answer, "status", None) == "ERROR" or (isinstance(answer, dict) and answer.get("status") == "ERROR"):
        raise status_error(response)
    return answer


def lenient(kind: Any, value: Any) -> Any:
    """Fit `value`, as it came from JSON, to the type `kind` as far as it goes; what does not fit stays as it came."""
    if get_origin(kind) is list and isinstance(value, list):
        (item,) = get_args(kind)
        return [lenient(item, each) for each in value]
    if isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(value, dict):
        return _lenient_model(kind, value)
    return value


def _lenient_model(kind: type[BaseModel], data: dict[str, Any]) -> BaseModel:
    try:
        return kind.model_validate_json(to_json(data), strict=True)
    except ValidationError as error:
        wrong = {str(each["loc"][0]) for each in error.errors(include_url=False)}
    fitting = {name: value for name, value in data.items() if name not in wrong}
    model = kind.model_validate_json(to_json(fitting), strict=True)
    for name in wrong:
        setattr(model, name, lenient(kind.model_fields[name].annotation, data[name]))
    return model


@lru_cache
def _reader(kind: Any) -> Callable[[bytes], Any]:
    # Strict, because a lenient reader would turn "no" into False where the official client keeps "no".
    return partial(TypeAdapter(kind).validator.validate_json, strict=True)


def _odd(kind: Any, response: httpx2.Response) -> Any:
    if response.status_code == _NO_CONTENT:
        return ""
    try:
        value = from_json(response.content)
    except ValueError as error:
        raise APIResponseValidationError(response, response.text) from error
    return lenient(kind, value)
