"""A verification: asking a person to show that a number is theirs, by answering from it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.limits import MAX_TEXT

DEFAULT_TEXT: Final = (
    "Please reply to this message to confirm your phone number. Reply STOP to receive no more messages."
)
"""What an account's verification messages say unless it has a text of its own."""

_FIELDS: Final[Mapping[str, Callable[[Contact], str]]] = {
    "first_name": lambda contact: contact.first_name,
    "last_name": lambda contact: contact.last_name,
    "company_name": lambda contact: contact.company_name,
    "phone": lambda contact: contact.phone,
}
_places = re.compile(r"\{([^{}]*)\}")


@dataclass(slots=True, frozen=True)
class Verification:
    """The last verification of a number.

    Attributes:
        verification_id: its number within the account, from 1; the message that asks for it names it.
        phone: the number, E.164.
        requested_at: when it was requested, microseconds since 1970.
        expires_at: from when on an answer is too late, microseconds since 1970.
        pending: whether it still waits for an answer.
    """

    verification_id: int
    phone: str
    requested_at: int
    expires_at: int
    pending: bool


def check_text(text: str) -> None:
    """Check that a text can be the template of verification messages.

    Raises:
        InvalidInput: it is empty or too long, names an unknown field, or has an unmatched brace.
    """
    if not text.strip() or len(text) > MAX_TEXT:
        raise _refused(f"must have 1 to {MAX_TEXT} characters")
    unknown = [name for name in _places.findall(text) if name not in _FIELDS]
    known = ", ".join(f"{{{name}}}" for name in _FIELDS)
    if unknown:
        raise _refused(f"has the unknown field {{{unknown[0]}}}: use {known}")
    if re.search("[{}]", _places.sub("", text)):
        raise _refused(f"has an unmatched brace: use braces only in {known}")


def text_for(contact: Contact, text: str) -> str:
    """Return the text with the contact's values in the place of `{first_name}` and the other fields."""
    return _places.sub(lambda place: _FIELDS[place[1]](contact), text)


def _refused(message: str) -> InvalidInput:
    return InvalidInput(f"the verification text {message}", [FieldError("verification_text", message)])
