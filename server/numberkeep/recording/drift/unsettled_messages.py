"""Differences between messages that cannot be judged: what becomes of a message depends on phones and carriers."""

import re
from collections.abc import Collection
from typing import Final

from numberkeep.recording.drift.case import Case
from numberkeep.recording.drift.difference import What

OLDER: Final = "the message is older than the recording, or neither side of it is in the recording"
OUTCOME: Final = "what becomes of a message depends on the phone and on when it is looked at"
LINE: Final = "numberkeep does not know the account's own line"
WORDING: Final = "the service wrote the message itself"

_OK: Final = 200
_MISSING: Final = 404
_DEFAULT_PAGE: Final = 100
_OUTCOMES: Final = frozenset(
    {"status", "service", "date_sent", "date_updated", "error_code", "error_key", "error_message", "opted_out"}
)
_LINES: Final = frozenset({"from_number", "sendblue_number", "to_number"})
_CONTENTS: Final = frozenset({"content", "media_url", "send_style"})
_handle = re.compile(r"^body\.data\[([^\]]+)\](\.)?").match


def message_reason(case: Case, sent: Collection[str]) -> str:
    """Return why a difference cannot be judged; `""` if it can.

    Args:
        case: a difference in an answer about messages.
        sent: the recorded handles of the messages that the recording sent.
    """
    difference = case.difference
    in_list = _handle(difference.where)
    if difference.what is What.STATUS:
        return OLDER if (case.recorded.status, case.ours.status) == (_OK, _MISSING) else ""
    if in_list and not in_list[2]:
        return OLDER if difference.what is What.MISSING or _is_page(case) else ""
    if difference.where.startswith("body.pagination."):
        return OLDER if _is_more(difference.recorded, difference.numberkeep) else ""
    if difference.field in _LINES and difference.numberkeep is None and difference.what is What.TYPE:
        return LINE
    if difference.field in _OUTCOMES and not _refused(case, in_list[1] if in_list else ""):
        return OUTCOME
    return WORDING if in_list and in_list[1] not in sent and difference.field in _CONTENTS else ""


def _refused(case: Case, handle: str) -> bool:
    """Return whether numberkeep itself did not send the message; then the other service has another rule."""
    found = [case.difference.numberkeep] if case.difference.field == "status" else []
    body = case.ours.body if isinstance(case.ours.body, dict) else {}
    if not handle:
        found.append(body.get("status"))
    return "ERROR" in found


def _is_page(case: Case) -> bool:
    body = case.recorded.body
    items = body.get("data") if isinstance(body, dict) else None
    limit = case.call.query.get("limit", "")
    size = int(limit) if limit.isdecimal() else _DEFAULT_PAGE
    return isinstance(items, list) and (len(items) >= size or case.call.query.get("offset", "0") != "0")


def _is_more(recorded: object, ours: object) -> bool:
    return isinstance(recorded, int) and isinstance(ours, int) and recorded > ours
