"""The names of the files that an import has in the store."""

from typing import Final

from numberkeep.domain.jobs.job import RETAINED_DAYS

UPLOAD: Final = "file"
"""The name of the parts of the file that is imported."""

NOT_STORED: Final = (
    f"The file is not stored: a command at a terminal has it, or it was deleted after {RETAINED_DAYS} days; "
    "import it again"
)
"""Why the service cannot read the file of an import."""


def rejects_name(attempt: int) -> str:
    """Return the name of the parts of the file of rejected rows."""
    return f"rejects/{attempt}"


def differences_name(attempt: int) -> str:
    """Return the name of the parts of the differences that a plan found."""
    return f"differences/{attempt}"


def preview_name(attempt: int) -> str:
    """Return the name of the parts of the samples that a plan found."""
    return f"preview/{attempt}"


def refused_name(attempt: int) -> str:
    """Return the name of the parts that say why rows were refused when they were applied."""
    return f"refused/{attempt}"
