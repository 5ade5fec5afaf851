"""What a writer knows of its own numbers, exactly, because no other client uses them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(slots=True, frozen=True)
class Person:
    """The fields of a contact.

    Attributes:
        first_name: the serial number of the request that last named the contact.
        tags: its tags.
        variables: its custom variables.
        opt_out: whether the recipient has opted out.
    """

    first_name: str
    tags: tuple[str, ...]
    variables: Mapping[str, str]
    opt_out: bool

    @classmethod
    def of(cls, contact: Mapping[str, Any]) -> "Person":
        """Return the fields of a contact in an answer."""
        return cls(contact["first_name"], tuple(contact["tags"]), contact["custom_variables"], contact["opt_out"])


@dataclass(slots=True)
class Known:
    """What the store must contain.

    Attributes:
        contacts: by number.
        opted_out: numbers whose recipients have opted out, with a contact or without.
        messages: how many messages were enqueued for each number since the last restart.
    """

    contacts: dict[str, Person] = field(default_factory=dict)
    opted_out: frozenset[str] = frozenset()
    messages: Counter[str] = field(default_factory=Counter)

    def copy(self) -> "Known":
        """Return an independent copy."""
        return Known(dict(self.contacts), self.opted_out, Counter(self.messages))

    def put(self, phone: str, said: Mapping[str, Any]) -> None:
        """Create or update a contact as a body says: variables are merged, the rest is replaced."""
        there = self.contacts.get(phone)
        variables = {**(there.variables if there else {}), **said["custom_variables"]}
        self.contacts[phone] = Person(said["first_name"], tuple(said["tags"]), variables, phone in self.opted_out)

    def set_opt_out(self, phone: str, *, opted_out: bool) -> None:
        """Record an opt-out or opt-in."""
        self.opted_out = self.opted_out | {phone} if opted_out else self.opted_out - {phone}
        self.contacts[phone] = replace(self.contacts[phone], opt_out=opted_out)


@dataclass(slots=True, frozen=True)
class Request:
    """A request, and what the store must contain once it is applied.

    Attributes:
        method: the HTTP method.
        path: the path below /api/v2/contacts.
        body: what is sent.
        after: what the writer knows after it.
        status: the expected status of the answer.
        key: its idempotency key.
    """

    method: str
    path: str
    body: Mapping[str, Any] | None
    after: Known
    status: int = 200
    key: str | None = None
