"""The base of the models of responses."""

from typing import Any, Literal, Self, TypedDict, Unpack

import pydantic

from ._fitting import lenient


class DumpOptions(TypedDict, total=False):
    """More options of `to_dict` and `to_json`.

    Attributes:
        use_api_names: use the names of the API for fields that have aliases. Default True.
        exclude_unset: leave out fields that the service did not send. Default True.
        exclude_defaults: leave out fields that equal their default. Default False.
        exclude_none: leave out fields that are None. Default False.
        warnings: warn of values that do not have the type of their field. Default False.
    """

    use_api_names: bool
    exclude_unset: bool
    exclude_defaults: bool
    exclude_none: bool
    warnings: bool


class BaseModel(pydantic.BaseModel):
    """A pydantic model that keeps fields and values it does not expect.

    Fields that the service adds later are attributes too. A value of the wrong type stays as it came and does not fail
    the call.
    """

    model_config = pydantic.ConfigDict(extra="allow")

    @classmethod
    def construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Return a model of values that may have any type; those that match are read as in a response.

        Args:
            _fields_set: the fields that count as sent. Default: those in `values`.
            values: the fields by their names in the API.
        """
        model: Self = lenient(cls, values)
        if _fields_set is not None:
            object.__setattr__(model, "__pydantic_fields_set__", _fields_set)
        return model

    def to_dict(self, *, mode: Literal["json", "python"] = "python", **options: Unpack[DumpOptions]) -> dict[str, Any]:
        """Return the model as a dictionary.

        Args:
            mode: `python` keeps datetimes; `json` converts every value to a JSON type.
            options: see `DumpOptions`.
        """
        return self.model_dump(mode=mode, **_dump(options))

    def to_json(self, *, indent: int | None = 2, **options: Unpack[DumpOptions]) -> str:
        """Return the model as JSON.

        Args:
            indent: the number of spaces per level; None for one line.
            options: see `DumpOptions`.
        """
        return self.model_dump_json(indent=indent, **_dump(options))

    def __str__(self) -> str:
        return repr(self)


def _dump(options: DumpOptions) -> dict[str, Any]:
    chosen: dict[str, Any] = {"use_api_names": True, "exclude_unset": True, "warnings": False, **options}
    return {"by_alias": chosen.pop("use_api_names"), **chosen}
