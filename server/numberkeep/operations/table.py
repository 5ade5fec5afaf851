"""The table of operations, which every binding reads."""

from typing import Any, Final

from numberkeep.operations import (
    actions,
    consent,
    contacts,
    conversations,
    doctor,
    exports,
    history,
    hosted_webhooks,
    imports,
    matching,
    messages,
    overview,
    reviews,
    tags,
    webhooks,
)
from numberkeep.operations.operation import Operation

OPERATIONS: Final[tuple[Operation[Any, Any], ...]] = tuple(
    each
    for topic in (
        contacts,
        matching,
        tags,
        actions,
        imports,
        exports,
        history,
        consent,
        reviews,
        messages,
        conversations,
        hosted_webhooks,
        webhooks,
        overview,
        doctor,
    )
    for each in vars(topic).values()
    if isinstance(each, Operation)
)
"""Every operation, once."""
