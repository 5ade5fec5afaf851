"""The table of operations, which every binding reads."""

from typing import Any, Final

from numberkeep.operations import (
    actions,
    consent,
    contacts,
    doctor,
    exports,
    history,
    hosted_webhooks,
    imports,
    matching,
    messages,
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
        hosted_webhooks,
        webhooks,
        doctor,
    )
    for each in vars(topic).values()
    if isinstance(each, Operation)
)
"""Every operation, once."""
