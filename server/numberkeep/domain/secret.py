"""The form of shared secrets that authenticate requests: they are sent in an HTTP header."""

from typing import Final

from numberkeep.domain.limits import MAX_SECRET, MIN_SECRET

HEADER_RULE: Final = "must be printable ASCII without spaces at either end, because it is sent in an HTTP header"
"""The error for a text that does not pass `fits_header`."""
SECRET_RULE: Final = f"must have at most {MAX_SECRET} characters and {HEADER_RULE.removeprefix('must ')}"
"""The error for a text that cannot be a secret."""
SHORT_SECRET_RULE: Final = f"must have at least {MIN_SECRET} characters, because a shorter secret can be guessed"
"""The error for a secret that is too short to be a new one."""


def fits_header(text: str) -> bool:
    """Return whether this text can be the value of an HTTP header and arrives unchanged (RFC 9110, section 5.5)."""
    return text.isascii() and text.isprintable() and text == text.strip()


def secret_fault(text: str, *, may_be_short: bool = False) -> str | None:
    """Return why this text cannot be the secret of a webhook or an account; None if it can.

    Args:
        text: the text.
        may_be_short: whether it may have fewer than MIN_SECRET characters.
    """
    if len(text) > MAX_SECRET or not fits_header(text):
        return SECRET_RULE
    return None if may_be_short or len(text) >= MIN_SECRET else SHORT_SECRET_RULE
