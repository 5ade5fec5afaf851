"""Exports as vCards."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.identity import contact_id_text
from numberkeep.formats.vcard_writer import Version, card
from numberkeep.service.exports.table import decode_tags, decode_variables
from numberkeep.service.imports.cells import tags_in
from numberkeep.service.imports.options import VARIABLES_PREFIX

_encode = msgspec.json.Encoder().encode
_OPT_OUTS: Final = {False: '{"opt_out":false}', True: '{"opt_out":true}'}
_NO_PROPERTY: Final = ("assigned_to_email", "sendblue_number")
"""Texts that vCards have no property for."""
_WITH_PROPERTY: Final = ("first_name", "last_name", "company_name")


class Cards:
    """A file of vCards; `numberkeep.service.exports.form.Form` documents its methods.

    Args:
        version: the version of the cards.
    """

    def __init__(self, version: Version) -> None:
        self._version = version

    def note(self, contacts: Sequence[ContactRecord]) -> None:
        """Note nothing: cards have no header."""

    def head(self) -> bytes:
        """Return nothing."""
        return b""

    def rows(self, contacts: Iterable[ContactRecord]) -> bytes:
        """Return cards; what they have no property for is in properties of our own."""
        return "".join(map(self._card, contacts)).encode()

    def _card(self, contact: ContactRecord) -> str:
        others = [f'{{"contact_id":"{contact_id_text(contact.contact_id)}"}}', _OPT_OUTS[bool(contact.opt_out)]]
        others += [_own(name, text) for name in _NO_PROPERTY if (text := getattr(contact, name))]
        if "\r" in contact.first_name + contact.last_name + contact.company_name:  # cards cannot have a lone one
            others += [_own(name, text) for name in _WITH_PROPERTY if "\r" in (text := getattr(contact, name))]
        if contact.custom_variables != "{}":
            variables = decode_variables(contact.custom_variables)
            others += [_own(VARIABLES_PREFIX + label, value) for label, value in variables.items()]
        tags, own_tags = _tags(contact.tags)
        return card(
            self._version,
            phone=contact.phone,
            first=contact.first_name,
            last=contact.last_name,
            company=contact.company_name,
            tags=tags,
            others=[*others, own_tags] if own_tags else others,
        )


def cards_3() -> Cards:
    """Return vCards 3.0, which all programs read."""
    return Cards(Version.V3)


def cards_4() -> Cards:
    """Return vCards 4.0."""
    return Cards(Version.V4)


def _own(name: str, value: str) -> str:
    return _encode({name: value}).decode()


@lru_cache(maxsize=1024)
def _tags(tags: str) -> tuple[Sequence[str], str]:
    """Return tags that are categories of a card, or a property of our own, because white space around them goes."""
    each = decode_tags(tags)
    joined = ";".join(each)
    if each == tags_in(joined) and "\r" not in joined:
        return each, ""
    return (), json.dumps({"tags": each}, ensure_ascii=False)
