"""The resources of a client: groups of methods."""

from .contacts_async import AsyncBulkResource, AsyncContactsResource
from .contacts_sync import BulkResource, ContactsResource

__all__ = ["AsyncBulkResource", "AsyncContactsResource", "BulkResource", "ContactsResource"]
