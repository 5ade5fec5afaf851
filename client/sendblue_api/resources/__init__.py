"""The groups of calls that hang on a client."""

from .bulk import AsyncBulkResource, BulkResource
from .contacts import ContactsResource
from .contacts_async import AsyncContactsResource

__all__ = ["AsyncBulkResource", "AsyncContactsResource", "BulkResource", "ContactsResource"]
