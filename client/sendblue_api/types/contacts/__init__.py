"""The models and arguments of `contacts.bulk`. Each loads at first use."""

from typing import TYPE_CHECKING

from sendblue_api._lazy import exports

if TYPE_CHECKING:
    from sendblue_api.types._params import BulkCreateParams, BulkDeleteParams, ContactInput
    from sendblue_api.types._responses import BulkCreateResponse, BulkDeleteResponse, RowResult

__all__ = [
    "BulkCreateParams",
    "BulkCreateResponse",
    "BulkDeleteParams",
    "BulkDeleteResponse",
    "ContactInput",
    "RowResult",
]

if not TYPE_CHECKING:
    _HOMES = {name: ".._responses" if name.endswith(("Response", "Result")) else ".._params" for name in __all__}
    __getattr__, __dir__ = exports(__name__, _HOMES)
