"""What a column is used for, by its name."""

from collections.abc import Sequence
from typing import Final

from numberkeep.service.imports.column_names import NAMED, Use, word_set, words_of
from numberkeep.service.imports.consent_columns import consent_use
from numberkeep.service.imports.phone_columns import has_phones, is_phone_label

_OWNERS: Final = word_set(
    "contact customer client person people lead guest member subscriber attendee buyer recipient patient participant "
    "billing traits properties fields default address organization organisation company"
)
"""Words before the names of fields of the contact: `Person - Name`, `billing_first_name`, `Customer Tags`."""
_OWNED: Final = frozenset({Use.FIRST_NAME, Use.LAST_NAME, Use.NAME, Use.COMPANY_NAME, Use.TAGS})
_COMPANY_OWNERS: Final = word_set("organization organisation company")

_OTHERS: Final = word_set(
    "notes note birthday address jobtitle title department website url emailaddress primaryemail middlename city "
    "nickname zip postalcode state street recordid homefax businessfax strasse ort plz ville adresse direccion ciudad"
)
"""Common names of columns that become custom variables."""
_LONGEST: Final = 200
"""Characters of the name of a column that has a use."""
_EMAILS: Final = word_set("email emails e mail courriel correo")


def known_use(name: str) -> Use | None:
    """Return what a column of this name is used for, or None if it is not known."""
    words = _words(name)
    if not words:
        return None
    use = NAMED.get("".join(words)) or consent_use(words)
    if use is not None:
        return use
    if has_phones(words):
        return Use.PHONE
    if is_phone_label(words):
        return Use.PHONE_LABEL
    return Use.COUNTRY if words[-2:] == ["country", "code"] else _owned_use(words)


def is_known(name: str) -> bool:
    """Return whether a text is the name of a column that contact files have."""
    words = _words(name)
    return known_use(name) is not None or (
        bool(words) and "@" not in name and (words[0] in _EMAILS or "".join(words) in _OTHERS)
    )


def _words(name: str) -> list[str]:
    return words_of(name) if len(name) <= _LONGEST else []


def _owned_use(words: Sequence[str]) -> Use | None:
    """Return the use of a field whose name follows that of its owner."""
    rest = list(words)
    while len(rest) > 1 and rest[0] in _OWNERS:
        owner = rest.pop(0)
        use = NAMED.get("".join(rest))
        if use in _OWNED:
            return Use.COMPANY_NAME if use is Use.NAME and owner in _COMPANY_OWNERS else use
    return None
