"""The base of every answer's model."""

from typing import Any, Literal

import pydantic


class BaseModel(pydantic.BaseModel):
    """A pydantic model that keeps what it does not know.

    Fields the service adds later are attributes too. A value of the wrong type is kept as it came, instead of
    failing the call.
    """

    model_config = pydantic.ConfigDict(extra="allow")

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
