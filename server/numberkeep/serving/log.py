"""The log on stderr. No level may show numbers, names or secrets."""

import json
import logging
import traceback
from copy import copy
from datetime import UTC, datetime
from typing import Any, Final

_OURS: Final = "numberkeep"
"""The root of our own loggers."""

_TEXT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"


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


class _JsonFormatter(_Formatter):
    """Writes each record as one line of JSON; a record's `fields` are keys of their own."""

    def format(self, record: logging.LogRecord) -> str:
        with_text = copy(record)
        with_text.exc_info, with_text.exc_text, with_text.stack_info = None, None, None
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": super().format(with_text),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def set_up_logging(level: str, form: str = "text") -> None:
    """Log our own records from `level` on, and only warnings of libraries, in lines of `text` or `json`.

    Below warnings, libraries (httpx2, httpcore2, asyncpg, asyncio and whatever is installed next) log URLs, headers and
    statements, which contain numbers and secrets.
    """
    handler = logging.StreamHandler()
    json_ = form == "json"
    handler.setFormatter(_JsonFormatter("%(message)s") if json_ else _Formatter(_TEXT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger(_OURS).setLevel(level.upper())
