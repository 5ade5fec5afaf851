"""The table of operations, which every binding reads."""

from typing import Any, Final

from numberkeep.operations import consent, contacts, hosted_webhooks, messages, webhooks
from numberkeep.operations.operation import Operation

OPERATIONS: Final[tuple[Operation[Any, Any], ...]] = (
    contacts.list_contacts,
    contacts.create,
    contacts.count,
    contacts.verify,
    contacts.retrieve,
    contacts.update,
    contacts.delete,
    contacts.bulk_create,
    contacts.bulk_delete,
    consent.opt_out,
    consent.show,
    consent.verify,
    messages.list_messages,
    messages.receive,
    hosted_webhooks.list_hosted,
    hosted_webhooks.add,
    hosted_webhooks.replace,
    hosted_webhooks.remove,
    webhooks.list_webhooks,
    webhooks.create,
    webhooks.delete,
    webhooks.list_dead,
    webhooks.replay,
)
"""Every operation, once."""
