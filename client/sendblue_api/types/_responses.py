"""The responses of the operations (api-reference.md, "The nine operations").

The fields have the types that the service promises; a field that is missing anyway is None.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from sendblue_api._models import BaseModel

from ._params import ContactInput
from .contact import Contact

ContactListResponse: TypeAlias = list[Contact]
_ABSENT: Any = None  # typed as Any, so that readers need not check for None


class _Status(BaseModel):
    """`status` is `OK`."""

    status: str = _ABSENT


class ContactCreateResponse(_Status):
    """The stored contact."""

    contact: Contact = _ABSENT


class ContactRetrieveResponse(_Status):
    """The contact."""

    contact: Contact = _ABSENT


class ContactUpdateResponse(_Status):
    """The contact after the update."""

    contact: Contact = _ABSENT


class ContactCountResponse(BaseModel):
    """The number of contacts of the account."""

    count: int = _ABSENT


class ContactVerifyResponse(_Status):
    """The verification message will be sent, or was not needed."""


class ContactOptOutResponse(_Status):
    """The recorded choice for a number, which is in E.164 format."""

    number: str = _ABSENT
    opted_out: bool = _ABSENT


class ContactDeleteResponse(_Status):
    """The contact is deleted."""


class BulkCreateResponse(_Status):
    """The stored contacts."""

    contacts: list[Contact] = _ABSENT


class BulkDeleteResponse(_Status):
    """The number of contacts that existed and were deleted."""

    amount: int = _ABSENT


@dataclass(frozen=True, slots=True)
class RowResult:
    """The result of one row of `bulk.create_all`.

    Attributes:
        index: the place of the row among all rows, from 0.
        row: the row as it was passed.
        contact: the stored contact; None if the row was refused, or if another row of its chunk has the same number in
            another spelling.
        error: why the row was refused, or None. If the service does not say which row it refused, each row without a
            contact has the whole message.
    """

    index: int
    row: ContactInput
    contact: Contact | None
    error: str | None
