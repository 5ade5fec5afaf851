"""Posts a message to a carrier, and reads the JSON of its answer."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from numberkeep.domain.limits import MAX_HANDLE
from numberkeep.domain.messages.message import OPTED_OUT
from numberkeep.domain.outbox.errors import DeliveryFailed, DeliveryRefused
from numberkeep.outbound.answers import ENDS
from numberkeep.outbound.posting import Poster

REFUSES: Final = ENDS | {400, 413, 422}
"""Statuses by which a carrier refuses the message itself. Other statuses have causes that the operator can fix, such as
a wrong token or URL, so the message is retried."""

_OPTED_OUT_CODES: Final = frozenset({21610})
"""Twilio's code for a recipient who has opted out. Source: its error and warning dictionary."""
NOT_DELIVERED: Final = "the carrier reports that it did not arrive"
"""The error of a message that a carrier accepted, and could not deliver."""
_MAX_CODE: Final = 2**31
_is_key = re.compile(r"[A-Z][A-Z0-9_]{0,63}").fullmatch


async def answer_to(poster: Poster, url: str, content: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
    """Post a message, and return the JSON object in the carrier's answer.

    Raises:
        DeliveryFailed: the carrier refused the message, or cannot be reached.
    """
    try:
        return read_answer(await poster.post(url, content, headers, final=REFUSES))
    except DeliveryRefused as refused:
        raise failure(str(refused), read_answer(refused.answer)) from None


def read_answer(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object in an answer; an empty one if there is none, because the status 2xx is what counts."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def status_in(answer: Mapping[str, Any]) -> str:
    """Return the carrier's status of the message; `""` if there is none."""
    status = answer.get("status")
    return status if isinstance(status, str) else ""


def handle_in(answer: Mapping[str, Any], name: str) -> str:
    """Return the carrier's id of the message, from the field `name`; `""` if it is absent or not printable."""
    handle = answer.get(name)
    if isinstance(handle, str) and len(handle) <= MAX_HANDLE and handle.isprintable():
        return handle
    return ""


def code_in(answer: Mapping[str, Any]) -> int | None:
    """Return the carrier's error code; None if there is none."""
    code = answer.get("error_code") or answer.get("code")  # Twilio's errors have the latter, its messages the former
    return code if isinstance(code, int) and 0 < code < _MAX_CODE else None


def key_in(answer: Mapping[str, Any]) -> str:
    """Return the carrier's error key; `""` if there is none, or it is not in the form of one."""
    key = answer.get("error_key")
    return key if isinstance(key, str) and _is_key(key) else ""


def reports_opt_out(code: int | None, key: str) -> bool:
    """Return whether an error of a carrier means that the recipient has opted out."""
    return code in _OPTED_OUT_CODES or key == OPTED_OUT


def failure(reason: str, answer: Mapping[str, Any], *, permanent: bool = True) -> DeliveryFailed:
    """Return the error for an answer that refuses the message.

    Args:
        reason: the reason, without a number or a name.
        answer: the answer. Its code is shown; its text is not, because it may contain a number.
        permanent: whether a retry cannot succeed; by default True.
    """
    code, key = code_in(answer), key_in(answer)
    opted_out = reports_opt_out(code, key)
    shown = reason if code is None else f"{reason} (code {code})"
    return DeliveryFailed(shown, permanent=permanent or opted_out, opted_out=opted_out, code=code or 0, key=key)
