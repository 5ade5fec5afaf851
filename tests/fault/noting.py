"""What a failure by chance needs to be seen again."""

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def noting(what: str) -> Iterator[None]:
    """Say with a failure what is needed to see it again."""
    try:
        yield
    except BaseException as error:
        error.add_note(what)
        raise
