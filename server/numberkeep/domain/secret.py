"""What a secret has to be that proves a request to whoever knows it too: it is sent in an HTTP header."""

from typing import Final

from numberkeep.domain.limits import MAX_SECRET

HEADER_MEND: Final = "must be printable ASCII without a blank at either end: it is sent in an HTTP header"
"""What to say of a text that `fits_header` finds not to."""
SECRET_MEND: Final = f"must have at most {MAX_SECRET} characters and {HEADER_MEND.removeprefix('must ')}"
"""What to say of a secret that `is_secret` finds to be none."""


def fits_header(text: str) -> bool:
    """Whether an HTTP header can have this value, and whoever reads it gets the same: RFC 9110, section 5.5."""
    return text.isascii() and text.isprintable() and text == text.strip()


def is_secret(text: str) -> bool:
    """Whether it may be one of a webhook, an account or a sender."""
    return len(text) <= MAX_SECRET and fits_header(text)
