"""The operations of the specification (api-reference.md, "The nine operations"), and opt-out."""

from typing import Final

from sendblue_api import types
from sendblue_api._arguments import CreateOptions, UpdateOptions
from sendblue_api._operation import Operation
from sendblue_api.types import contacts as bulk_types

_CONTACTS: Final = "/api/v2/contacts"
_CONTACT: Final = "/api/v2/contacts/{phone_number}"

LIST: Final = Operation("GET", _CONTACTS, lambda: types.ContactListResponse, repeated=("tag",))
CREATE: Final = Operation(
    "POST", _CONTACTS, lambda: types.ContactCreateResponse, lists=("tags",), options=CreateOptions
)
COUNT: Final = Operation("GET", f"{_CONTACTS}/count", lambda: types.ContactCountResponse)
VERIFY: Final = Operation("POST", f"{_CONTACTS}/verify", lambda: types.ContactVerifyResponse, once=True)
OPT_OUT: Final = Operation("POST", f"{_CONTACTS}/opt-out", lambda: types.ContactOptOutResponse)
RETRIEVE: Final = Operation("GET", _CONTACT, lambda: types.ContactRetrieveResponse)
UPDATE: Final = Operation("PUT", _CONTACT, lambda: types.ContactUpdateResponse, lists=("tags",), options=UpdateOptions)
DELETE: Final = Operation("DELETE", _CONTACT, lambda: types.ContactDeleteResponse)
BULK_DELETE: Final = Operation("DELETE", _CONTACTS, lambda: bulk_types.BulkDeleteResponse, lists=("contact_ids",))
BULK_CREATE: Final = Operation(
    "POST", f"{_CONTACTS}/bulk", lambda: bulk_types.BulkCreateResponse, lists=("contacts",), rows="contacts"
)
