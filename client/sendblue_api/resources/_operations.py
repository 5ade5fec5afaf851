"""The specification's table of operations (api-reference.md, "The nine operations")."""

from typing import Final

from sendblue_api import types
from sendblue_api._operation import Operation
from sendblue_api.types import contacts as bulk_types

_CONTACTS: Final = "/api/v2/contacts"
_CONTACT: Final = "/api/v2/contacts/{phone_number}"

LIST: Final = Operation("GET", _CONTACTS, lambda: types.ContactListResponse)
CREATE: Final = Operation("POST", _CONTACTS, lambda: types.ContactCreateResponse, lists=("tags",))
COUNT: Final = Operation("GET", f"{_CONTACTS}/count", lambda: types.ContactCountResponse)
VERIFY: Final = Operation("POST", f"{_CONTACTS}/verify", lambda: types.ContactVerifyResponse)
RETRIEVE: Final = Operation("GET", _CONTACT, lambda: types.ContactRetrieveResponse)
UPDATE: Final = Operation("PUT", _CONTACT, lambda: types.ContactUpdateResponse, lists=("tags",))
DELETE: Final = Operation("DELETE", _CONTACT, lambda: types.ContactDeleteResponse)
BULK_DELETE: Final = Operation("DELETE", _CONTACTS, lambda: bulk_types.BulkDeleteResponse, lists=("contact_ids",))
BULK_CREATE: Final = Operation(
    "POST", f"{_CONTACTS}/bulk", lambda: bulk_types.BulkCreateResponse, lists=("contacts",), rows="contacts"
)
