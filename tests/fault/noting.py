"""Adds to a random failure what is needed to reproduce it."""

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def noting(what: str) -> Iterator[None]:
    """Add a note to an exception of the block that says how to reproduce it."""
    try:
        yield
    except BaseException as error:
        error.add_note(what)
        raise
