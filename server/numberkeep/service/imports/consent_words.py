"""What the cells of consent columns say. When in doubt, they opt out: an import must not lose an opt-out."""

from typing import Final

from numberkeep.service.imports.column_names import word_set, words_of

_NO: Final = word_set("0 n no non nein false falsch faux f off never none null na nan nil")
_OUT: Final = word_set(
    "blocklisted blacklisted blocked unsubscribed unsubscribe optedout optout stop stopped donotcontact donottext dnc "
    "suppressed revoked complained abgemeldet desabonne desinscrit baja"
)
_IN: Final = word_set("subscribed optedin optin confirmed angemeldet abonne suscrito")


def says_no(cell: str) -> bool:
    """Return whether a cell that is not empty denies its column: `no`, `false`, `0`."""
    return "".join(words_of(cell)) in _NO


def opts_out(cell: str) -> bool:
    """Return whether a cell of a status column says that the person opted out."""
    return "".join(words_of(cell)) in _OUT


def opts_in(cell: str) -> bool:
    """Return whether a cell of a status column says that the person opted in."""
    return "".join(words_of(cell)) in _IN
