"""Senders that are not telephone numbers. Source: api-reference.md, "Numbers", rule 5."""

import re
from typing import Final

from numberkeep.domain.limits import MAX_EMAIL

_MAX_NAME: Final = 11
"""The most characters of an alphanumeric sender id, which is the limit of carriers."""

_is_short_code = re.compile(r"[0-9]{3,8}").fullmatch
_is_name = re.compile(r"(?=.*[^\W\d_])\w[\w &.+\-]*").fullmatch
_is_email = re.compile(r"[^@\s]+@[^@\s]+").fullmatch


def find_sender_id(text: str) -> str | None:
    """Return the short code, alphanumeric sender id or e-mail address that a text is; None if it is none of them."""
    text = text.strip()
    if not text.isprintable():
        return None
    if _is_short_code(text) or (len(text) <= _MAX_NAME and _is_name(text)):
        return text
    return text if len(text) <= MAX_EMAIL and _is_email(text) else None
