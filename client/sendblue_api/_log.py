"""The logger `sendblue_api`, which shows method, path template, status and retries, and nothing of anyone's data.

`SENDBLUE_API_LOG=info` shows one line for each answer, `debug` also each retry and redirect.
"""

import logging
import os

logger = logging.getLogger("sendblue_api")
_CONTACTS = "/api/v2/contacts"


class _HideContacts(logging.Filter):
    """Cuts phone numbers out of the lines in which httpx2 logs a whole URL, at level INFO, for every request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, with the URLs of contacts cut short."""
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(argument) for argument in record.args)
        return True


def hide_contacts(logger_name: str) -> None:
    """Have the lines of `httpx2`, or of `httpx`, lose the phone numbers."""
    logging.getLogger(logger_name).addFilter(_FILTER)


def _cut(argument: object) -> object:
    # A URL of either library.
    if hasattr(argument, "raw_path") and _CONTACTS in str(argument):
        return str(argument).partition(_CONTACTS)[0] + _CONTACTS + "/..."
    return argument


def configure(level: str | None) -> None:
    """Set the logger's level, and let it speak on stderr where the program set up no logging.

    Args:
        level: `info`, `debug`, or anything else for silence.
    """
    if level not in ("info", "debug"):
        return
    logger.setLevel(level.upper())
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("[%(asctime)s %(name)s %(levelname)s] %(message)s"))
        logger.addHandler(handler)


_FILTER = _HideContacts()
hide_contacts("httpx2")
configure(os.environ.get("SENDBLUE_API_LOG"))
