"""Reads a JSON document with contacts: an array of objects, alone or within an object, or one object."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from numberkeep.formats.delimiter import Known
from numberkeep.formats.json_lines import flat
from numberkeep.formats.rows import Row

_MAX_OBJECT: Final = 1024 * 1024
"""Characters of one contact, and of what is before the first one."""
_SHOWN: Final = 200
_OVERLAP: Final = 100
"""Characters that are kept to find the beginning of an object that is partly in the next piece."""
_CONTACTS: Final = ("contact", "data")
"""Fields of an answer that has one contact."""
_MOST_KNOWN: Final = 1
"""Known columns before an array in an object of many contacts; one with more of them is a contact itself."""

_NOT_JSON: Final = "is not a JSON object: write each contact as one object"
_CUT: Final = "is not complete JSON: the file ends within it; export it again"

_decoder = json.JSONDecoder()
_token = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|\[\s*\{|\\.', re.DOTALL).finditer
_gap = re.compile(r"[\s,]*").match
_next_object = re.compile(r"\}\s*,\s*(?=\{)").search


def contacts_begin(text: str, known: Known) -> int | None:
    """Return where the first object of an array of contacts begins; None if there is none, or only within one."""
    names = 0
    for match in _token(text):
        if match[2]:
            names += known(match[1])
        elif match[0][0] == "[":
            return match.end() - 1 if names <= _MOST_KNOWN else None
    return None


def read_json_document(pieces: Iterable[str], known: Known) -> Iterator[Row]:
    """Yield a row for each contact of a document, in bounded memory.

    Args:
        pieces: the text of the file.
        known: whether a text is the name of a column that contact files have.
    """
    text = _Text(pieces)
    while (begin := contacts_begin(text.buffer, known)) is None and text.grow():
        pass
    if begin is None:
        yield from _values(text)
        return
    has_only_contacts = text.buffer.lstrip()[:1] == "["
    text.place = begin
    yield from _array(text)
    while has_only_contacts and text.skip_gap():  # one array after another
        if text.buffer[text.place] == "[":
            text.place += 1
            yield from _array(text)
        else:
            yield _row(text, text.line, text.take())


def _array(text: "_Text") -> Iterator[Row]:
    """Yield a row for each value up to the end of an array, and take that."""
    while text.skip_gap() and text.buffer[text.place] != "]":
        yield _row(text, text.line, text.take())
    text.place += 1


def _values(text: "_Text") -> Iterator[Row]:
    """Yield a row for each value of a document without an array: of one contact, or of several one after another."""
    while text.skip_gap():
        line, value = text.line, text.take()
        if isinstance(value, dict):
            value = next((value[name] for name in _CONTACTS if isinstance(value.get(name), dict)), value)
        yield _row(text, line, value)


def _row(text: "_Text", line: int, value: Any) -> Row:
    if isinstance(value, dict):
        return Row(line, *flat(value))
    return Row(line, ("content",), (text.taken,), _CUT if value is None and text.ended else _NOT_JSON)


class _Text:
    """The text of a document, of which a part is in memory.

    Attributes:
        buffer: that part.
        place: how much of it has been taken.
        taken: the beginning of what was taken last.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self._lines = 1
        self._counted = 0
        self.buffer = ""
        self.place = 0
        self.taken = ""
        self.grow()

    @property
    def line(self) -> int:
        """The line of the place."""
        self._lines += self.buffer.count("\n", self._counted, self.place)
        self._counted = self.place
        return self._lines

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return not self.skip_gap()

    def grow(self) -> bool:
        """Drop what was taken, and read as much as there is left, or more; return False at the end or beyond 1 MiB."""
        if len(self.buffer) - self.place > _MAX_OBJECT:
            return False
        self._lines, self._counted = self.line, 0
        parts = [self.buffer[self.place :]]
        wanted = max(len(parts[0]), 1)
        while wanted > 0 and (piece := next(self._pieces, "")):
            parts.append(piece)
            wanted -= len(piece)
        self.buffer, self.place = "".join(parts), 0
        return len(parts) > 1

    def skip_gap(self) -> bool:
        """Take white space and commas; return whether there is anything after them."""
        while True:
            gap = _gap(self.buffer, self.place)
            self.place = gap.end() if gap else self.place
            if self.place < len(self.buffer):
                return True
            if not self.grow():
                return False

    def take(self) -> Any:
        """Take a value, and return it; None for what is not JSON, up to the next object."""
        begin = self.place
        while True:
            try:
                value, self.place = _decoder.raw_decode(self.buffer, begin)
            except (ValueError, RecursionError):
                grown, begin = self.grow(), self.place
                if grown:
                    continue
                self.taken = self.buffer[begin : begin + _SHOWN]
                self._skip()
                return None
            self.taken = self.buffer[begin : min(self.place, begin + _SHOWN)]
            return value

    def _skip(self) -> None:
        """Go to the next object, or to the end."""
        while (after := _next_object(self.buffer, self.place)) is None:
            self.place = max(self.place, len(self.buffer) - _OVERLAP)
            if not self.grow():
                break
        self.place = after.end() if after else len(self.buffer)
