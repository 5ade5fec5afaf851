"""The form of shared secrets that authenticate requests: they are sent in an HTTP header."""

from typing import Final

from numberkeep.domain.limits import MAX_SECRET

HEADER_RULE: Final = "must be printable ASCII without spaces at either end, because it is sent in an HTTP header"
"""The error for a text that does not pass `fits_header`."""
SECRET_RULE: Final = f"must have at most {MAX_SECRET} characters and {HEADER_RULE.removeprefix('must ')}"
"""The error for a text that does not pass `is_secret`."""


def fits_header(text: str) -> bool:
    """Return whether this text can be the value of an HTTP header and arrives unchanged (RFC 9110, section 5.5)."""
    return text.isascii() and text.isprintable() and text == text.strip()


def is_secret(text: str) -> bool:
    """Return whether this text can be the secret of a webhook, an account or a sender."""
    return len(text) <= MAX_SECRET and fits_header(text)
