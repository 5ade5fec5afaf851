"""Files that a command writes whole or not at all."""

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from numberkeep.cli.exit_codes import Failure


@contextmanager
def whole_file(file: str) -> Iterator[BinaryIO]:
    """Open a file to write, which gets its name when it is complete and on disk; only its user can read it.

    `-` is standard output. That and what is no ordinary file, for example a pipe, is written at once.

    Raises:
        Failure: it cannot be written.
    """
    try:
        if file == "-":
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        elif (place := Path(os.path.realpath(file))).exists() and not place.is_file():
            with place.open("wb") as out:
                yield out
        else:
            yield from _beside(place)
    except OSError as error:
        if file == "-" or error.errno == errno.EPIPE:  # as any output that cannot be written
            raise
        raise Failure(f"cannot write {file}: {error.strerror}; name another file") from None


def _beside(place: Path) -> Iterator[BinaryIO]:
    with tempfile.NamedTemporaryFile(prefix=f"{place.name}.", suffix=".part", dir=place.parent, delete=False) as out:
        part = Path(out.name)
        try:
            yield cast("BinaryIO", out)
            out.flush()
            os.fsync(out.fileno())
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
