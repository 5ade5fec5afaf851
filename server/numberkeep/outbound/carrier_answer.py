"""What a carrier's answer says of a message."""

import json
from collections.abc import Mapping
from typing import Any

from numberkeep.domain.limits import MAX_HANDLE


def read_answer(body: bytes) -> Mapping[str, Any]:
    """The JSON object in an answer; an empty one where there is none, which takes nothing from a status 2xx."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def status_in(answer: Mapping[str, Any]) -> str:
    """What the carrier says of the message's fate; `""` where it says nothing."""
    status = answer.get("status")
    return status if isinstance(status, str) else ""


def handle_in(answer: Mapping[str, Any], name: str) -> str:
    """What the carrier calls the message, in the field `name`; `""` where it has not said, or not in a fit text."""
    handle = answer.get(name)
    if isinstance(handle, str) and len(handle) <= MAX_HANDLE and handle.isprintable():
        return handle
    return ""


def code_in(answer: Mapping[str, Any]) -> int | None:
    """The carrier's number for what went wrong; None where it gives none."""
    code = answer.get("error_code")
    return code if isinstance(code, int) else None


def with_code(reason: str, answer: Mapping[str, Any]) -> str:
    """The reason with the carrier's own code for it; its words may name a number, so they are left out."""
    code = code_in(answer)
    return reason if code is None else f"{reason} (code {code})"
