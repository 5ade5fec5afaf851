"""Compares a recorded answer with numberkeep's: status, headers that matter, and body."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from msgspec import UNSET

from numberkeep.recording.drift.correspondence import Correspondence
from numberkeep.recording.drift.difference import Answer, Difference, What
from numberkeep.recording.exchange import RecordedAnswer
from numberkeep.recording.fields import Kind, is_id, kind_of
from numberkeep.recording.words import masked

_PRESENT_ONLY: Final = ("retry-after", "link")
_EQUAL: Final = ("allow", "content-type", "idempotency-replayed", "x-should-retry")
_link = re.compile(r"<([^>]*)>").search
_form = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII).fullmatch


def compared(recorded: RecordedAnswer, ours: Answer, ids: Correspondence) -> list[Difference]:
    """Return the differences; of answers with another status, only that."""
    if recorded.status != ours.status:
        return [Difference(What.STATUS, "status", _told(recorded), _told_ours(ours))]
    found = [*_headers(recorded.headers, ours.headers, ids)]
    if not recorded.left_out:
        body = None if recorded.body is UNSET else recorded.body
        found += _Bodies(ids).compared("body", body, ours.body, name="", phone="")
    return found


def _told(recorded: RecordedAnswer) -> str:
    return _with_message(recorded.status, recorded.body)


def _told_ours(ours: Answer) -> str:
    return _with_message(ours.status, ours.body)


def _with_message(status: int, body: Any) -> str:
    message = body.get("message") if isinstance(body, dict) else None
    return f"{status} {masked(message)}" if isinstance(message, str) else str(status)


def _headers(recorded: Mapping[str, str], ours: Mapping[str, str], ids: Correspondence) -> Iterator[Difference]:
    for name in (*_EQUAL, *_PRESENT_ONLY):
        there, here = recorded.get(name), ours.get(name)
        if name == "content-type":
            there, here = (each and each.partition(";")[0] for each in (there, here))
        where = f"headers.{name}"
        if there is None or here is None:
            if there != here:
                yield Difference(What.EXTRA if there is None else What.MISSING, where, there, here)
        elif name == "link":
            _pair_cursors(there, here, ids)
        elif name in _EQUAL and there != here:
            yield Difference(What.VALUE, where, there, here)


def _pair_cursors(recorded: str, ours: str, ids: Correspondence) -> None:
    cursors = [parse_qs(urlsplit(match[1]).query).get("cursor") for match in map(_link, (recorded, ours)) if match]
    match cursors:
        case [[there], [here]]:
            ids.pair(there, here)


class _Bodies:
    """Compares JSON values, and pairs the ids in them."""

    def __init__(self, ids: Correspondence) -> None:
        self._ids = ids

    def compared(self, where: str, recorded: Any, ours: Any, *, name: str, phone: str) -> Iterator[Difference]:
        """Yield the differences at and below a place.

        Args:
            where: the place.
            recorded: what the recorded answer has there.
            ours: what numberkeep's answer has there.
            name: the name of the field that it is, or is in.
            phone: the number of the contact that it is in; `""` if it is in none.
        """
        match recorded, ours:
            case dict(), dict():
                number = ours.get("phone", phone)
                yield from self._objects(where, recorded, ours, number if isinstance(number, str) else phone)
            case list(), list():
                yield from self._lists(where, recorded, ours, name, phone)
            case _ if _type(recorded) != _type(ours):
                yield Difference(What.TYPE, where, recorded, ours, phone)
            case _ if not self._same(name, recorded, ours):
                what = What.IDENTITY if is_id(name) else What.VALUE
                yield Difference(what, where, recorded, ours, phone)

    def _objects(self, where: str, recorded: dict[str, Any], ours: dict[str, Any], phone: str) -> Iterator[Difference]:
        for key, value in recorded.items():
            place = f"{where}.{key}"
            if key in ours:
                yield from self.compared(place, value, ours[key], name=key, phone=phone)
            else:
                yield Difference(What.MISSING, place, value, None, phone)
        for key, value in ours.items():
            if key not in recorded:
                yield Difference(What.EXTRA, f"{where}.{key}", None, value, phone)

    def _lists(self, where: str, recorded: list[Any], ours: list[Any], name: str, phone: str) -> Iterator[Difference]:
        there, here = by_phone(recorded), by_phone(ours)
        if there is not None and here is not None and (there or here):
            yield from self._named(where, there, here)
            return
        if _are_messages(recorded) and _are_messages(ours) and (recorded or ours):
            yield from self._named(where, *self._by_handle(recorded, ours))
            return
        for index, (value, other) in enumerate(zip(recorded, ours, strict=False)):
            yield from self.compared(f"{where}[{index}]", value, other, name=name, phone=phone)
        for index, value in enumerate(recorded[len(ours) :], len(ours)):
            yield Difference(What.MISSING, f"{where}[{index}]", value, None, phone)
        for index, value in enumerate(ours[len(recorded) :], len(recorded)):
            yield Difference(What.EXTRA, f"{where}[{index}]", None, value, phone)

    def _named(self, where: str, recorded: dict[str, Any], ours: dict[str, Any]) -> Iterator[Difference]:
        """Compare contacts by their numbers, or messages by their recorded handles."""
        for name, item in recorded.items():
            place, phone = f"{where}[{name}]", item.get("phone", "")
            if name in ours:
                yield from self.compared(place, item, ours[name], name="", phone=phone)
            else:
                yield Difference(What.MISSING, place, item, None, phone)
        for name, item in ours.items():
            if name not in recorded:
                yield Difference(What.EXTRA, f"{where}[{name}]", None, item, item.get("phone", ""))

    def _by_handle(self, recorded: list[Any], ours: list[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return messages by recorded handles.

        Those that no answer named before belong together if they are between the same ends, in their order.
        """
        here = {str(each["message_handle"]): each for each in ours}
        there = {str(each["message_handle"]): each for each in recorded}
        made = {}
        for handle, message in there.items():
            known = self._ids.counterpart(handle)
            same = (
                other for other, each in here.items() if not self._ids.is_ours(other) and _ends(each) == _ends(message)
            )
            found = str(known) if known is not None else next(same, None)
            if found in here:
                made[handle] = here.pop(found)
        return there, made | here

    def _same(self, name: str, recorded: Any, ours: Any) -> bool:
        """Return whether two values of the same type are the same for all that can be known."""
        if is_id(name):
            return self._ids.pair(recorded, ours)
        if not isinstance(recorded, str):
            return bool(recorded == ours)
        match kind_of(name):
            case Kind.TIME:
                self._ids.pair_times(recorded, ours)
                return bool(_form(recorded)) == bool(_form(ours))
            case Kind.MESSAGE:
                return masked(recorded) == masked(ours)
        return bool(recorded == ours)


def by_phone(items: list[Any]) -> dict[str, Any] | None:
    """Return contacts by their numbers; None if the items are something else, or a number is there twice."""
    found = {each["phone"]: each for each in items if isinstance(each, dict) and isinstance(each.get("phone"), str)}
    return found if len(found) == len(items) else None


def _are_messages(items: list[Any]) -> bool:
    return all(isinstance(each, dict) and isinstance(each.get("message_handle"), str) for each in items)


def _ends(message: dict[str, Any]) -> tuple[Any, Any]:
    return message.get("number"), message.get("is_outbound")


def _type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
    return "object"
