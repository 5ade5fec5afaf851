"""Replaces secrets in what the journal shows."""

from typing import Any, Final

REDACTED: Final = "[redacted]"

_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "x-twilio-signature"})


def redacted_header(name: str, value: str) -> str:
    """Return the value of a header, or REDACTED if it is secret.

    Args:
        name: its name, in lower case.
        value: its value.
    """
    return REDACTED if name in _HEADERS or _is_secret(name) else value


def redacted(value: Any) -> Any:
    """Return a JSON value in which REDACTED replaces the members whose names contain `secret`."""
    if isinstance(value, dict):
        return {name: REDACTED if _is_secret(name) and each else redacted(each) for name, each in value.items()}
    return [redacted(each) for each in value] if isinstance(value, list) else value


def _is_secret(name: str) -> bool:
    return "secret" in name.lower()
