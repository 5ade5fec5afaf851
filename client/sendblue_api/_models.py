"""The base of every answer's model, and how JSON is fitted to it."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Literal, Self, get_args, get_origin

import pydantic
from pydantic_core import PydanticSerializationError, to_json


def read(kind: Any, content: bytes) -> Any:
    """Read JSON as `kind`, strictly: a lenient reader would turn "no" into False where it is to stay "no".

    Raises:
        pydantic.ValidationError: it does not fit.
    """
    return _reader(kind)(content)


def lenient(kind: Any, value: Any) -> Any:
    """Fit `value`, as it came from JSON, to the type `kind` as far as it goes; what does not fit stays as it came."""
    try:
        return read(kind, to_json(value))
    except (pydantic.ValidationError, PydanticSerializationError):
        pass
    if get_origin(kind) is list and isinstance(value, list):
        return [lenient(get_args(kind)[0], each) for each in value]
    if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel) and isinstance(value, dict):
        fields = kind.model_fields
        missing = {name: None for name, field in fields.items() if field.is_required()}
        fitted = {
            name: lenient(fields[name].annotation, each) if name in fields else each for name, each in value.items()
        }
        return kind.model_construct(set(value), **{**missing, **fitted})
    return value


@lru_cache
def _reader(kind: Any) -> Callable[[bytes], Any]:
    return partial(pydantic.TypeAdapter(kind).validator.validate_json, strict=True)


class BaseModel(pydantic.BaseModel):
    """A pydantic model that keeps what it does not know.

    Fields the service adds later are attributes too. A value of the wrong type is kept as it came, instead of
    failing the call.
    """

    model_config = pydantic.ConfigDict(extra="allow")

    @classmethod
    def construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Make a model of values that may be of any type; those that fit are read as in an answer."""
        model: Self = lenient(cls, values)
        if _fields_set is not None:
            object.__setattr__(model, "__pydantic_fields_set__", _fields_set)
        return model

    def to_dict(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """The model as a dictionary.

        Args:
            mode: `python` keeps datetimes; `json` turns everything into what JSON has.
            exclude_unset: leave out what the service did not send.
            exclude_defaults: leave out what equals its default.
            exclude_none: leave out what is None.
        """
        return self.model_dump(
            mode=mode,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
            warnings=False,
        )

    def to_json(
        self,
        *,
        indent: int | None = 2,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> str:
        """The model as JSON text.

        Args:
            indent: spaces a level; None for one line.
            exclude_unset: leave out what the service did not send.
            exclude_defaults: leave out what equals its default.
            exclude_none: leave out what is None.
        """
        return self.model_dump_json(
            indent=indent,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
            warnings=False,
        )
