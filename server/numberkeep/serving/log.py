"""The log on stderr. No level may show numbers, names or secrets."""

import logging
import traceback
from copy import copy
from typing import Any, Final

_OURS: Final = "numberkeep"
"""The root of our own loggers."""


class _Formatter(logging.Formatter):
    """Leaves out the texts of exceptions: they may contain a number or a name."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name != _OURS and not record.name.startswith(f"{_OURS}."):
            # asyncio's second line is the repr of a task and its exception.
            record = copy(record)
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        where = "".join(traceback.format_tb(ei[2]))
        return f"{where}{ei[0].__name__}"


def set_up_logging(level: str) -> None:
    """Log our own records from `level` on, and only warnings of libraries.

    Below warnings, libraries (httpx2, httpcore2, asyncpg, asyncio and whatever is installed next) log URLs, headers and
    statements, which contain numbers and secrets.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger(_OURS).setLevel(level.upper())
