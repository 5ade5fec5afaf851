"""The properties of vCards 2.1, 3.0 and 4.0, read as programs write them and not as the standards ask.

https://www.rfc-editor.org/rfc/rfc6350, https://www.rfc-editor.org/rfc/rfc2426
"""

import binascii
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from numberkeep.formats.lines import Line, decoded

_SKIPPED: Final = frozenset(
    {"PHOTO", "LOGO", "SOUND", "KEY", "X-MS-CARDPICTURE", "X-MS-OL-DESIGN", "X-EVOLUTION-X509-CERT", "LABEL", "PRODID"}
)
"""Properties that are read over: their values are large, or of no use to a contact."""

_MAX_VALUE: Final = 64 * 1024
"""Bytes of a value that are kept."""
_MAX_HEAD: Final = 4 * 1024
"""Bytes before the colon of a property that is folded there."""

# None of these patterns may take quadratic time: a hostile line has a million characters.
_property = re.compile(rb'\s*([A-Za-z0-9_./-]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)', re.DOTALL).fullmatch
_loose_property = re.compile(rb"\s*([A-Za-z0-9_./-]+)(;[^:]*)?:(.*)", re.DOTALL).fullmatch
_parameters = re.compile(rb';((?:[^";]|"[^"]*"|")*)').findall
_base64_line = re.compile(rb"[A-Za-z0-9+/=\s]+").fullmatch
_begins_property = re.compile(
    rb"\s*(?:item[0-9]+\.)?(?:N|FN|TEL|EMAIL|ORG|ADR|TITLE|ROLE|NOTE|URL|BDAY|CATEGORIES|LABEL|REV|UID|VERSION|PHOTO|"
    rb"X-[A-Z0-9-]+)[;:]"
).match
"""A line that begins a property, even after a soft line break: some programs end a value with one."""
_custom_label = re.compile(r"X-CUSTOM\(.*,([^,]*)\)", re.IGNORECASE).fullmatch
"""Android's label of a number, in its own encoding: `TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=46ax)`."""
_card_line = re.compile(rb"\s*(?:BEGIN|END)\s*:\s*VCARD\s*", re.IGNORECASE).fullmatch
_separators: Final = {mark: re.compile(rf"((?:[^\\{mark}]|\\.?)*)(?:{mark}|\Z)", re.DOTALL) for mark in ";,"}
_escape = re.compile(r"\\(.)", re.DOTALL)

_QUOTED_PRINTABLE: Final = "QUOTED-PRINTABLE"
_BASE64: Final = frozenset({"B", "BASE64"})
_ENCODINGS: Final = frozenset({_QUOTED_PRINTABLE, "8BIT", "7BIT", *_BASE64})


@dataclass(slots=True)
class Property:
    """One property.

    Attributes:
        number: the line on which it begins.
        name: its name, in capitals.
        group: what ties it to others: `item1` of `item1.TEL`; `""` for none.
        parameters: the values of each parameter, by its name in capitals. Bare ones of vCard 2.1 are of TYPE.
        raw: its value, undecoded.
    """

    number: int
    name: str
    group: str
    parameters: Mapping[str, Sequence[str]]
    raw: bytes
    encoding: str = field(default="")

    @property
    def value(self) -> str:
        """The decoded value; what separates its parts is still escaped."""
        raw = self.raw
        if self.encoding == _QUOTED_PRINTABLE:
            raw = binascii.a2b_qp(raw)
        elif self.encoding in _BASE64:
            try:
                raw = binascii.a2b_base64(raw)
            except binascii.Error:
                raw = b""
        charset = next(iter(self.parameters.get("CHARSET", ())), "")
        return decoded(raw, charset).replace("\0", "")

    @property
    def text(self) -> str:
        """The value as one text."""
        return unescaped(self.value)

    def parts(self, mark: str) -> list[str]:
        """Return the parts of the value between marks, `;` or `,`."""
        return [unescaped(part) for part in _separators[mark].findall(self.value)[:-1] or [self.value]]

    @property
    def types(self) -> list[str]:
        """What kind it is: the values of TYPE, in capitals."""
        return [each.strip().upper() for given in self.parameters.get("TYPE", ()) for each in given.split(",")]


def unescaped(text: str) -> str:
    """Return a value without its escapes."""
    return _escape.sub(lambda match: "\n" if match[1] in "nN" else match[1], text) if "\\" in text else text


def read_properties(lines: Iterable[Line]) -> Iterator[Property | Line]:
    """Yield each property, unfolded, and each line that is not part of one."""
    current: Property | None = None
    headless: Line | None = None  # the beginning of a property that is folded before its colon
    continues = False  # a quoted-printable value whose last line ended with `=`
    for line in lines:
        data = line.data.rstrip(b"\r\n")
        if not data.strip() and (not data or current is None or current.encoding):
            continue
        if current is not None and not _card_line(data) and (part := _continuation(current, data, soft=continues)):
            continues = _append(current, part)
            continue
        if current is not None:
            yield current
        if headless is not None:
            if data[:1] in b" \t" and len(headless.data) < _MAX_HEAD:
                line = headless._replace(data=headless.data + data[1:])  # noqa: PLW2901 - the unfolded line
            else:
                yield headless
        headless = None
        current = _parsed(line.number, line.data.rstrip(b"\r\n"))
        if current is None:
            headless = line._replace(data=line.data.rstrip(b"\r\n"))
        else:
            first, current.raw = current.raw, b""
            continues = _append(current, first)
    if current is not None:
        yield current
    if headless is not None:
        yield headless


def _continuation(current: Property, data: bytes, *, soft: bool) -> bytes | None:
    """Return what a line adds to a property, or None if the line begins another one."""
    if soft:
        return None if _begins_property(data) else data
    if data[:1] in b" \t":
        return data[1:] or None
    if current.encoding in _BASE64 and b":" not in data and _base64_line(data):
        return data
    return None


def _append(current: Property, part: bytes) -> bool:
    """Append to the value; return whether it goes on in the next line."""
    soft = current.encoding == _QUOTED_PRINTABLE and part.rstrip().endswith(b"=")
    if soft:
        part = part.rstrip()[:-1]
    if current.name not in _SKIPPED and len(current.raw) < _MAX_VALUE:
        current.raw += part
    return soft


def _parsed(number: int, data: bytes) -> Property | None:
    match = (_property(data) or _loose_property(data)) if b":" in data else None
    if match is None:
        return None
    group, _, name = decoded(match[1]).rpartition(".")
    parameters: dict[str, list[str]] = {}
    encoding = ""
    for given in _parameters(match[2] or b""):
        text = decoded(given).strip()
        if label := _custom_label(text):
            parameters.setdefault("TYPE", []).append(decoded(binascii.a2b_qp(label[1])))
            continue
        key, equals, value = text.partition("=")
        key = key.strip().upper() if equals else "TYPE"
        value = (value if equals else text).strip().strip('"')
        if key == "ENCODING" or (not equals and value.upper() in _ENCODINGS):
            encoding = value.upper()
        else:
            parameters.setdefault(key, []).append(value)
    return Property(number, name.upper(), group.lower(), parameters, match[3], encoding)
