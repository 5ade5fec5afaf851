"""What a check of a database finds: faults of the rules (store/invariants.py), as every engine reports them.

No fault contains a number, a name or other personal data: accounts and contacts are identified by their ids.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from numberkeep.domain.identity import contact_id_text
from numberkeep.store.invariants import JSON, LACKS_TAG, OTHER_TAG, RULES, Rule

REPORTED: Final = 100
"""Faults of one rule that are reported one by one."""

EVERY_ACCOUNT: Final = (
    "SELECT account_id FROM accounts UNION SELECT DISTINCT account_id FROM contacts "
    "UNION SELECT DISTINCT account_id FROM events"
)
"""Returns the accounts to check, also those whose row is missing."""

COUNTS: Final = "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM contacts)"

TAGGED: Final = (
    "SELECT c.contact_id, c.tags, c.custom_variables, i.tags FROM contacts AS c LEFT JOIN "
    "(SELECT contact_id, created_at, {array_of}(tag) AS tags FROM contact_tags WHERE account_id = :account "
    "GROUP BY contact_id, created_at) AS i ON i.contact_id = c.contact_id AND i.created_at = c.created_at "
    "WHERE c.account_id = :account"
)
"""Returns what `faults_of_contact` takes."""

_decode_tags = msgspec.json.Decoder(list[str]).decode
_decode_variables = msgspec.json.Decoder(dict[str, str]).decode


@dataclass(slots=True, frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        rule: the rule that does not hold.
        message: what is wrong.
        account_id: the account that it concerns, if it concerns one.
        contact_id: the contact that it concerns, if it concerns one; as the API shows its id.
    """

    rule: str
    message: str
    account_id: int | None = None
    contact_id: str | None = None


@dataclass(slots=True, frozen=True)
class Checked:
    """The result of a check.

    Attributes:
        faults: what is wrong; empty for an intact database.
        accounts: how many accounts there are.
        contacts: how many contacts there are.
    """

    faults: Sequence[Fault]
    accounts: int = 0
    contacts: int = 0


@dataclass(slots=True)
class _Found:
    faults: list[Fault] = field(default_factory=list)
    more: int = 0


class Faults:
    """Collects faults, the first hundred of each rule."""

    def __init__(self) -> None:
        self._found = {rule: _Found() for rule in RULES}

    def add(self, rule: Rule, account_id: int | None, contact_id: int | None = None, *values: object) -> None:
        """Add a fault of an account, if that is known."""
        found = self._found[rule]
        if len(found.faults) == REPORTED:
            found.more += 1
            return
        text = None if contact_id is None else contact_id_text(contact_id)
        found.faults.append(Fault(rule.name, rule.message.format(*values), account_id, text))

    def __iter__(self) -> Iterator[Fault]:
        """Yield the faults in the order of the rules."""
        for rule, found in self._found.items():
            yield from found.faults
            if found.more:
                yield Fault(rule.name, f"and {found.more} more: {rule.message}")


def faults_of_contact(tags: str, variables: str, indexed: str | None) -> Iterator[Rule]:
    """Yield the rules that a contact breaks, once for each tag.

    Args:
        tags: its tags as stored.
        variables: its custom variables as stored.
        indexed: the tags that the index has of it, as a JSON array; None if it has none.
    """
    own: set[str] = set()
    try:
        own.update(_decode_tags(tags))
        _decode_variables(variables)
    except msgspec.DecodeError:
        yield JSON
    found = set(_decode_tags(indexed)) if indexed else set()
    yield from [LACKS_TAG] * len(own - found)
    yield from [OTHER_TAG] * len(found - own)
