"""The base of the models of responses."""

from typing import Any, Literal, Self, TypedDict, Unpack

import pydantic

from ._fitting import lenient


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
