"""Which contacts have some values of custom variables: what no index finds."""

from collections.abc import Callable, Mapping

import msgspec

from numberkeep.domain.contacts.contact import ContactRecord, composed

_decode = msgspec.json.Decoder(dict[str, str]).decode


def matcher(where: Mapping[str, str]) -> Callable[[ContactRecord], bool]:
    """Return a function that says whether a contact has custom variables with these values.

    `""` is a variable that the contact lacks.
    """
    wanted = {composed(label): composed(value) for label, value in where.items()}
    if not wanted:
        return lambda _: True

    def matches(contact: ContactRecord) -> bool:
        variables = _decode(contact.custom_variables)
        return all(composed(variables.get(label, "")) == value for label, value in wanted.items())

    return matches
