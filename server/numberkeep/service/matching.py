"""Which contacts match custom variables and words: the one definition for exports, lists and searches."""

from collections.abc import Callable, Mapping

import msgspec

from numberkeep.domain.contacts.contact import ContactRecord, composed
from numberkeep.domain.contacts.search import joined, parse_search

_decode_tags = msgspec.json.Decoder(list[str]).decode
_decode_variables = msgspec.json.Decoder(dict[str, str]).decode


def matcher(where: Mapping[str, str], q: str) -> Callable[[ContactRecord], bool]:
    """Return a function that says whether a contact matches.

    Args:
        where: custom variables, each with the value that it must have; `""` is a variable that the contact lacks.
        q: words; `domain.contacts.search.parse_search` says what they find. `""` matches every contact.
    """
    wanted = {composed(label): composed(value) for label, value in where.items()}
    search = parse_search(q)

    def matches(contact: ContactRecord) -> bool:
        return (not wanted or _has_values(contact, wanted)) and (
            search is None or search.finds(contact.phone, search_text_of(contact))
        )

    return matches


def search_text_of(contact: ContactRecord) -> str:
    """Return the text in which words are searched."""
    texts = [contact.first_name, contact.last_name, contact.company_name, contact.assigned_to_email]
    if contact.tags != "[]":
        texts += _decode_tags(contact.tags)
    if contact.custom_variables != "{}":
        texts += _decode_variables(contact.custom_variables).values()
    return joined(texts)


def _has_values(contact: ContactRecord, wanted: Mapping[str, str]) -> bool:
    variables = _decode_variables(contact.custom_variables)
    return all(composed(variables.get(label, "")) == value for label, value in wanted.items())
