"""Which contacts a file or a list has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from numberkeep.domain.contacts.listing import ContactFilter


@dataclass(slots=True, frozen=True)
class Selection:
    """Conditions, all of which a contact must meet.

    Attributes:
        where: what the store finds by its indexes.
        values: custom variables, each with the value that it must have; `""` is a variable that the contact lacks.
    """

    where: ContactFilter = field(default_factory=ContactFilter)
    values: Mapping[str, str] = field(default_factory=dict)


EVERYBODY = Selection()
