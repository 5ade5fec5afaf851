"""What a command that imports a file is given, and what it did."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from numberkeep.cli.progress import Progress
from numberkeep.service.imports.choosing import Chosen
from numberkeep.service.imports.counts import Outcome
from numberkeep.service.imports.source import Source

_AT_A_TIME = 1024 * 1024


@dataclass(frozen=True)
class FileImport:
    """A file to import.

    Attributes:
        source: the file.
        chosen: how it is imported.
        dry_run: find out what would change, and change nothing.
        diff: print each change.
        resume: continue an import of this file that was interrupted.
        progress: shows how far the work is.
    """

    source: Source
    chosen: Chosen
    dry_run: bool
    diff: bool
    resume: bool
    progress: Progress

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file, in hexadecimal digits."""
        digest = hashlib.sha256()
        self.source.file.seek(0)
        while data := self.source.file.read(_AT_A_TIME):
            digest.update(data)
        self.source.file.seek(0)
        return digest.hexdigest()


@dataclass(slots=True, frozen=True)
class Imported:
    """What an import did, or would do.

    Attributes:
        outcome: what became of the rows.
        rejects: the file of rejected rows.
        job_id: the number of the import; None after a dry run.
    """

    outcome: Outcome
    rejects: BinaryIO
    job_id: int | None
