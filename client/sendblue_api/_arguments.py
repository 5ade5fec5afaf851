"""What every call takes besides its own fields, and the values that stand for "not given"."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import httpx2


class Omit:
    """The type of `omit`, which leaves a field, or a default header, out of the request.

    `None` is a value: it is sent as JSON null, which clears a field in an update.
    """

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "omit"


class NotGiven:
    """The type of `not_given`, which leaves the choice to the client: `timeout=None` means no timeout at all."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "not_given"


omit: Final = Omit()
not_given: Final = NotGiven()
NOT_GIVEN: Final = not_given

HeaderMapping: TypeAlias = Mapping[str, str | Omit]
QueryMapping: TypeAlias = Mapping[str, object]
TimeoutTypes: TypeAlias = float | httpx2.Timeout | None
