"""What the cells of consent columns say. When in doubt, they opt out: an import must not lose an opt-out."""

import re
from functools import lru_cache
from typing import Final

from numberkeep.service.imports.column_names import Use, word_set, words_of

_NOTHING: Final = word_set("na nan nil null unknown unbekannt pending unconfirmed")
_NO: Final = word_set(
    "n no non nein false falsch falso faux f off never none null na nan nil ne nee nej nao nie jamais nunca unchecked "
    "clean clear"
)
_OUT: Final = word_set(
    "blocklisted blacklisted blocked stop stopped dnc dnd revoked complained withdrawn declined denied refused "
    "rejected objected suppressed baja widerrufen abgelehnt"
)
_IN: Final = word_set("subscribed optedin optin confirmed angemeldet abonne suscrito")
_NOT: Final = word_set("not never no non nicht kein keine nie pas jamais nunca")
_OUT_TAGS: Final = word_set(
    "unsubscribed unsubscribe optedout optout donotcontact donottext donotsms dnc abgemeldet desabonne desinscrit"
)

_refusal = re.compile(
    r"\b(?:unsub\w*|opt(?:ed)? ?outs?|(?:black|block) ?listed|do ?not ?(?:contact|call|text|sms|message|disturb)|"
    r"abgemeldet|abbestellt|desabonne|desinscrit|dado de baja)\b"
).search
_agreement = re.compile(r"\b(?:subscribed|opt(?:ed)? ?in)\b").search

_zero = re.compile(r"[+\-0:/\s.,TZ]*").fullmatch
"""A zero, also as a spreadsheet or a database writes it: `0.0`, `0000-00-00 00:00:00`."""
_NO_DATE: Final = "0000-00-00"
_UNCHECKED: Final = frozenset("☐□✗✘❌🚫")
_CHECKED: Final = frozenset("☑☒✓✔✅")

_LONGEST: Final = 80
"""Characters of a cell of which phrases count; a longer one is a note."""


def opted_out(use: Use, cell: str) -> bool | None:
    """Return what a cell of a consent column says: opted out (True), not opted out (False), or nothing (None).

    Args:
        use: OPT_OUT, OPT_IN or STATUS.
        cell: a cell that is not blank.
    """
    return _read(use, cell[: _LONGEST + 1])


@lru_cache(4096)
def _read(use: Use, cell: str) -> bool | None:
    words = words_of(cell)
    refused = _refused(words) if len(cell) <= _LONGEST else None
    if use is Use.STATUS:
        return True if refused else False if "".join(words) in _IN else None
    if refused is not None:
        return refused
    if not words and not _CHECKED.isdisjoint(cell):
        return use is Use.OPT_OUT
    if "".join(words) in _NOTHING or cell.startswith(_NO_DATE) or (not words and _UNCHECKED.isdisjoint(cell)):
        return None
    if use is Use.OPT_IN:
        return says_no(cell) or not _NOT.isdisjoint(words)
    return not says_no(cell) and _agreement(" ".join(words)) is None


def says_no(cell: str) -> bool:
    """Return whether a cell that is not blank denies its column: `no`, `false`, `0`."""
    text = "".join(words_of(cell))
    return text in _NO or (_zero(cell) is not None and "0" in cell) or (not text and not _UNCHECKED.isdisjoint(cell))


def is_opt_out_tag(tag: str) -> bool:
    """Return whether a tag says by itself that the person opted out: `Unsubscribed`, `DNC`."""
    return len(tag) <= _LONGEST and _opts_out(tag)


@lru_cache(4096)
def _opts_out(tag: str) -> bool:
    return "".join(words_of(tag)) in _OUT_TAGS


def _refused(words: list[str]) -> bool | None:
    """Return True for words that refuse (`opted out`), False if they are negated (`not opted out`), None for others."""
    if "".join(words) in _OUT:
        return True
    text = " ".join(words)
    match = _refusal(text)
    return match and _NOT.isdisjoint(text[: match.start()].split()[-1:])
