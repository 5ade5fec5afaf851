"""Fits JSON to a type: as a whole if it is valid, or part by part."""

import re
from collections.abc import Callable, Hashable, Iterator
from functools import lru_cache, partial
from types import GenericAlias, NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pydantic
from pydantic_core import PydanticSerializationError, from_json, to_json

_UNIONS = (Union, UnionType, Annotated)
_LONG_NUMBER = re.compile(rb"\d{16}")  # 2**53 has 16 digits; a float holds every integer up to it
_ARGUMENTS: dict[type, int] = {list: 1, dict: 2}


def read(kind: Any, content: bytes) -> Any:
    """Parse JSON as `kind`, strictly: pydantic's lax mode would turn the text "no" into False.

    Raises:
        pydantic.ValidationError: the JSON does not match `kind`.
    """
    return _reader(kind)(content)


def lenient(kind: Any, value: Any) -> Any:
    """Return `value`, which came from JSON, as `kind`; parts that do not match their type stay as they came."""
    try:
        return read(kind, to_json(value))
    except (pydantic.ValidationError, PydanticSerializationError):
        pass
    members = [each for each in _members(kind) if _takes(each, value)]
    if not members:
        return value
    kind = members[0] if len(members) == 1 else min(members, key=partial(_distance, value))
    if isinstance(value, list):
        return [lenient(get_args(kind)[0], each) for each in value]
    if get_origin(kind) is None:
        return _constructed(kind, value)
    keys, values = get_args(kind)
    return {_key(keys, key): lenient(values, each) for key, each in value.items()}


@lru_cache
def _reader(kind: Any) -> Callable[[bytes], Any]:
    adapter = pydantic.TypeAdapter(kind)
    reader = partial(adapter.validator.validate_json, strict=True)
    if "'type': 'float'" not in repr(adapter.core_schema):
        return reader
    return lambda text: _exact(reader(text), from_json(text)) if _LONG_NUMBER.search(text) else reader(text)


def _exact(built: Any, value: Any) -> Any:
    # Restores the integers that a float field has rounded.
    match built, value:
        case float(), int() if built == float(str(value)) and built != value:  # unless a validator changed it
            return value
        case list() | tuple(), list() if type(built) in (list, tuple):
            return type(built)(map(_exact, built, value))
        case dict(), dict():
            return {key: _exact(each, value.get(key, value.get(str(key)))) for key, each in built.items()}
        case pydantic.BaseModel(), dict():
            parts = dict(built.__dict__)
            for alias, (name, _) in reversed(_fields(type(built)).items()):  # the first alias that is present counts
                if alias in value and name in parts:
                    built.__dict__[name] = _exact(parts[name], value[alias])
    return built


def _members(kind: Any) -> Iterator[Any]:
    # The types of a union, or `kind` itself, without the metadata of Annotated.
    if get_origin(kind) not in _UNIONS:
        yield kind
        return
    for each in get_args(kind)[: 1 if get_origin(kind) is Annotated else None]:
        if each is not NoneType:
            yield from _members(each)


def _takes(kind: Any, value: Any) -> bool:
    # Whether the value can be fitted part by part: as a list, a dictionary or a model.
    if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel):
        return isinstance(value, dict)
    origin = get_origin(kind)
    return (
        isinstance(origin, type)
        and issubclass(type(value), origin)
        and len(get_args(kind)) == _ARGUMENTS.get(type(value))
    )


def _distance(value: Any, kind: Any) -> tuple[int, int, int]:
    # Like pydantic: the model that the discriminator names, or the one that matches best.
    errors: list[str] = []
    try:
        read(kind, to_json(value))
    except pydantic.ValidationError as error:
        errors = [each["type"] for each in error.errors(include_url=False, include_input=False)]
    known = len(value.keys() & _fields(kind).keys()) if get_origin(kind) is None else 0
    return errors.count("literal_error"), len(errors), -known


def _key(kind: Any, key: str) -> Any:
    try:
        [built] = read(GenericAlias(dict, (kind, Any)), to_json({key: None}))
    except pydantic.ValidationError:
        return key
    return built


@lru_cache
def _fields(kind: type[pydantic.BaseModel]) -> dict[str, tuple[str, Any]]:
    # The names of a model's fields in JSON, each with the name and the type of the field.
    fields: dict[str, tuple[str, Any]] = {}
    for name, field in kind.model_fields.items():
        alias = field.validation_alias or name
        choices = alias.choices if isinstance(alias, pydantic.AliasChoices) else [alias]
        more = [each for each in field.metadata if isinstance(each, Hashable)]  # types are keys of a cache
        if field.discriminator is not None:
            more.append(pydantic.Field(discriminator=field.discriminator))
        annotation: Any = Annotated[field.annotation, *more] if more else field.annotation
        fields |= {each: (name, annotation) for each in choices if isinstance(each, str)}
    return fields


def _constructed(kind: type[pydantic.BaseModel], value: dict[str, Any]) -> pydantic.BaseModel:
    fields = _fields(kind)
    model = kind.model_construct(
        **{key: lenient(fields[key][1], each) if key in fields else each for key, each in value.items()}
    )
    model.__pydantic_fields_set__ |= (model.model_extra or {}).keys()
    missing = kind.model_fields.keys() - model.__dict__.keys()  # required ones, which have no default
    model.__dict__.update(dict.fromkeys(missing))
    return model
