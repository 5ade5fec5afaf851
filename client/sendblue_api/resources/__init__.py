"""The groups of calls that hang on a client."""

from .bulk import BulkResource
from .contacts import ContactsResource
from .contacts_async import AsyncBulkResource, AsyncContactsResource

__all__ = ["AsyncBulkResource", "AsyncContactsResource", "BulkResource", "ContactsResource"]
