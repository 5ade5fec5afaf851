"""The logger `sendblue_api`. It logs method, path template, status and retries, and no data of contacts or keys.

`SENDBLUE_API_LOG=info` logs one line per response, `debug` also each retry and redirect.
"""

import logging
import os

logger = logging.getLogger("sendblue_api")
_CONTACTS = "/api/v2/contacts"


class _HideContacts(logging.Filter):
    """Removes phone numbers from the URL that httpx2 logs for every request at level INFO."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, with the URLs of contacts shortened."""
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(argument) for argument in record.args)
        return True


def hide_contacts(logger_name: str) -> None:
    """Remove phone numbers from the log lines of `httpx2` or `httpx`."""
    logging.getLogger(logger_name).addFilter(_FILTER)


def _cut(argument: object) -> object:
    # A URL of either library.
    if hasattr(argument, "raw_path") and _CONTACTS in str(argument):
        return str(argument).partition(_CONTACTS)[0] + _CONTACTS + "/..."
    return argument


def configure(level: str | None) -> None:
    """Set the level to `info` or `debug`, and log to stderr if the program has set up no logging."""
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
