"""The base of every answer's model, and how JSON is fitted to it."""

from collections.abc import Callable
from functools import lru_cache, partial
from types import NoneType, UnionType
from typing import Any, Literal, Self, TypedDict, Union, Unpack, get_args, get_origin

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
    if get_origin(kind) in (Union, UnionType):
        kinds = [each for each in get_args(kind) if each is not NoneType]
        return lenient(kinds[0], value) if len(kinds) == 1 else value
    if get_origin(kind) is list and isinstance(value, list):
        return [lenient(get_args(kind)[0], each) for each in value]
    if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel) and isinstance(value, dict):
        return _constructed(kind, value)
    return value


def _constructed(kind: type[pydantic.BaseModel], value: dict[str, Any]) -> pydantic.BaseModel:
    annotations: dict[object, Any] = {}
    for name, field in kind.model_fields.items():
        alias = field.validation_alias or name
        choices = alias.choices if isinstance(alias, pydantic.AliasChoices) else [alias]
        annotations |= {each: field.annotation for each in choices if isinstance(each, str)}
    model = kind.model_construct(
        **{key: lenient(annotations[key], each) if key in annotations else each for key, each in value.items()}
    )
    model.__pydantic_fields_set__ |= (model.model_extra or {}).keys()
    model.__dict__.update(dict.fromkeys(kind.model_fields.keys() - model.__dict__.keys()))  # required, and not there
    return model


@lru_cache
def _reader(kind: Any) -> Callable[[bytes], Any]:
    return partial(pydantic.TypeAdapter(kind).validator.validate_json, strict=True)


class DumpOptions(TypedDict, total=False):
    """What `to_dict` and `to_json` take besides.

    Attributes:
        use_api_names: the names that the service uses, where a model has others (pydantic's aliases). Default True.
        exclude_unset: leave out what the service did not send. Default True.
        exclude_defaults: leave out what equals its default. Default False.
        exclude_none: leave out what is None. Default False.
        warnings: warn of values that are not of their field's type. Default False.
    """

    use_api_names: bool
    exclude_unset: bool
    exclude_defaults: bool
    exclude_none: bool
    warnings: bool


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

    def to_dict(self, *, mode: Literal["json", "python"] = "python", **options: Unpack[DumpOptions]) -> dict[str, Any]:
        """The model as a dictionary. `DumpOptions` says what else can be told.

        Args:
            mode: `python` keeps datetimes; `json` turns everything into what JSON has.
        """
        return self.model_dump(mode=mode, **_dump(options))

    def to_json(self, *, indent: int | None = 2, **options: Unpack[DumpOptions]) -> str:
        """The model as JSON text. `DumpOptions` says what else can be told.

        Args:
            indent: spaces a level; None for one line.
        """
        return self.model_dump_json(indent=indent, **_dump(options))

    def __str__(self) -> str:
        return repr(self)


def _dump(options: DumpOptions) -> dict[str, Any]:
    told: dict[str, Any] = {"use_api_names": True, "exclude_unset": True, "warnings": False, **options}
    return {"by_alias": told.pop("use_api_names"), **told}
