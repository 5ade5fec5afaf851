"""Reads the JSON answer of a carrier to a message."""

import json
from collections.abc import Mapping
from typing import Any, Final

from numberkeep.domain.limits import MAX_HANDLE
from numberkeep.outbound.answers import ENDS

REFUSES: Final = ENDS | {400, 413, 422}
"""Statuses by which a carrier refuses the message itself. Others have causes that the operator can fix, such as a wrong
token or URL, so the message is retried."""


def read_answer(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object in an answer; an empty one if it has none, since the status 2xx counts."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def status_in(answer: Mapping[str, Any]) -> str:
    """Return the carrier's status of the message; `""` if it gives none."""
    status = answer.get("status")
    return status if isinstance(status, str) else ""


def handle_in(answer: Mapping[str, Any], name: str) -> str:
    """Return the carrier's id of the message, from the field `name`; `""` if it is absent or not usable."""
    handle = answer.get(name)
    if isinstance(handle, str) and len(handle) <= MAX_HANDLE and handle.isprintable():
        return handle
    return ""


def code_in(answer: Mapping[str, Any]) -> int | None:
    """Return the carrier's error code; None if there is none."""
    code = answer.get("error_code")
    return code if isinstance(code, int) else None


def with_code(reason: str, answer: Mapping[str, Any]) -> str:
    """Return the reason with the carrier's error code; its text is left out because it may contain a number."""
    code = code_in(answer)
    return reason if code is None else f"{reason} (code {code})"
