"""Which columns have phone numbers, and of what kind those are."""

from collections.abc import Collection, Sequence
from typing import Final

from numberkeep.service.imports.column_names import word_set, words_of

MOBILE_WORDS: Final = word_set(
    "mobile mobil mobiltelefon mobilephone mobilephonenumber mobilenumber mobileno mobilnummer mob cell cellular "
    "cellphone cellnumber handy handynummer movil celular cellulare portable telemovel mobiel gsm iphone"
)
_FAX_WORDS: Final = word_set("fax faxnummer telefax telecopie telecopieur pager beeper telex")
_PHONE_WORDS: Final = MOBILE_WORDS | word_set(
    "phone phones telephone telephones tel tels telno telefon telefonnummer telefonnr telefono telefonos telefone "
    "telefoon telefoonnummer phonenumber phonenumbers phoneno telephonenumber homephone workphone businessphone "
    "otherphone rufnummer autotelefon haupttelefon landline festnetz fixe fijo fisso msisdn whatsapp sms ph"
)
_BESIDE_PHONE: Final = word_set(
    "home work business company main primary other secondary alternate alternative alt additional preferred best "
    "day daytime evening night private privat office personal direct voice car radio no nr num number numbers "
    "numero nummer value default e international national formatted full contact client customer user person "
    "person's people lead guest member subscriber patient buyer recipient attendee de du del la le l of the "
    "domicile bureau voiture autre societe trabajo casa particular otro automovil principal geschaftlich "
    "dienstlich weiteres weitere haupt casa ufficio lavoro thuis werk billing shipping delivery address traits "
    "properties"
)
"""Words that leave a column with a phone word one of phone numbers. `Phone Type` and `Home Fax` are not."""

_PLACES: Final = word_set("home work office business main other private privat geschaftlich domicile bureau trabajo")
_OF_ADDRESSES: Final = word_set("billing shipping delivery address")
_CHANNELS: Final = word_set("sms whatsapp text texts")
_LABEL_WORDS: Final = _PHONE_WORDS | _FAX_WORDS | _BESIDE_PHONE | word_set("t m c p h w f o d")


def may_have_phones(words: Sequence[str]) -> bool:
    """Return whether a column has phone numbers if its cells look so: in address books of Yahoo, `Home` and `Work`."""
    return len(words) == 1 and words[0] in _PLACES


def has_phones(words: Collection[str]) -> bool:
    """Return whether a column whose name has these words is one of phone numbers."""
    return not _PHONE_WORDS.isdisjoint(words) and all(
        word in _PHONE_WORDS or word in _BESIDE_PHONE or word.isdigit() for word in words
    )


def is_mobile(words: Collection[str]) -> bool:
    """Return whether the words of a column or a label call a number mobile."""
    return not MOBILE_WORDS.isdisjoint(words)


def is_fax(words: Collection[str]) -> bool:
    """Return whether the words of a column or a label are of a fax or a pager."""
    return not _FAX_WORDS.isdisjoint(words)


def is_of_address(words: Collection[str]) -> bool:
    """Return whether a column has the number of an address, which counts after those of the person."""
    return not _OF_ADDRESSES.isdisjoint(words)


def is_channel(words: Collection[str]) -> bool:
    """Return whether a column may say if messages are wanted, instead of a number: `SMS`."""
    return bool(words) and _CHANNELS.issuperset(words)


def is_phone_label(words: Sequence[str]) -> bool:
    """Return whether a column says what kind of number another one has: `Phone 1 - Label`, in older files `- Type`."""
    return len(words) == len(("phone", "1", "label")) and words[0] == "phone" and words[2] in {"label", "type"}


def label_in(text: str) -> list[str] | None:
    """Return the words of a text if all of them say what kind of number is beside it: `Mobile`, `(home)`, `F`."""
    words = words_of(text)
    return words if words and _LABEL_WORDS.issuperset(words) else None
