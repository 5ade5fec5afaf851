"""The groups of calls that hang on a client."""

from .contacts_async import AsyncBulkResource, AsyncContactsResource
from .contacts_sync import BulkResource, ContactsResource

__all__ = ["AsyncBulkResource", "AsyncContactsResource", "BulkResource", "ContactsResource"]
