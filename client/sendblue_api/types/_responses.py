"""What each operation answers (api-reference.md, "The nine operations").

The fields are typed as the service sends them; one that is missing all the same is None.
"""

from typing import Any, TypeAlias

from sendblue_api._models import BaseModel

from .contact import Contact

ContactListResponse: TypeAlias = list[Contact]
_ABSENT: Any = None  # no reader should have to ask whether the service kept its word


class _Status(BaseModel):
    """`status` is `OK`."""

    status: str = _ABSENT


class ContactCreateResponse(_Status):
    """The contact as it is stored."""

    contact: Contact = _ABSENT


class ContactRetrieveResponse(_Status):
    """The contact."""

    contact: Contact = _ABSENT


class ContactUpdateResponse(_Status):
    """The contact as it is stored now."""

    contact: Contact = _ABSENT


class ContactCountResponse(BaseModel):
    """How many contacts the account has."""

    count: int = _ABSENT


class ContactVerifyResponse(_Status):
    """The verification message is on its way, or was not needed."""


class ContactOptOutResponse(_Status):
    """What is recorded for the number, in E.164."""

    number: str = _ABSENT
    opted_out: bool = _ABSENT


class ContactDeleteResponse(_Status):
    """The contact is deleted."""


class BulkCreateResponse(_Status):
    """The contacts as they are stored."""

    contacts: list[Contact] = _ABSENT


class BulkDeleteResponse(_Status):
    """How many contacts were really deleted."""

    amount: int = _ABSENT
