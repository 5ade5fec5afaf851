"""The models of responses, and the arguments of methods as TypedDicts. Each loads at first use."""

from typing import TYPE_CHECKING

from sendblue_api._lazy import exports

if TYPE_CHECKING:
    from ._params import (
        ContactCreateParams,
        ContactListParams,
        ContactOptOutParams,
        ContactUpdateParams,
        ContactVerifyParams,
    )
    from ._responses import (
        ContactCountResponse,
        ContactCreateResponse,
        ContactDeleteResponse,
        ContactListResponse,
        ContactOptOutResponse,
        ContactRetrieveResponse,
        ContactUpdateResponse,
        ContactVerifyResponse,
    )
    from .contact import Contact

__all__ = [
    "Contact",
    "ContactCountResponse",
    "ContactCreateParams",
    "ContactCreateResponse",
    "ContactDeleteResponse",
    "ContactListParams",
    "ContactListResponse",
    "ContactOptOutParams",
    "ContactOptOutResponse",
    "ContactRetrieveResponse",
    "ContactUpdateParams",
    "ContactUpdateResponse",
    "ContactVerifyParams",
    "ContactVerifyResponse",
]

if not TYPE_CHECKING:
    _HOMES = {name: "._responses" if name.endswith("Response") else "._params" for name in __all__}
    __getattr__, __dir__ = exports(__name__, {**_HOMES, "Contact": ".contact"})
