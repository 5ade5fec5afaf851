"""Turns a row of a file into what it says of contacts, or into the reason why it is rejected."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from numberkeep.domain.contacts.contact import composed
from numberkeep.domain.limits import MAX_EMAIL, MAX_NAME
from numberkeep.domain.phone import find_phone
from numberkeep.formats.rows import Row
from numberkeep.service.imports.cells import name_parts, object_fields, tags_in
from numberkeep.service.imports.column_names import CUSTOM_FIELD, Use, known_use, words_of
from numberkeep.service.imports.consent_words import opts_in, opts_out, says_no
from numberkeep.service.imports.content import Content, Fault, check_limits
from numberkeep.service.imports.numbers import Number, chosen, is_fax, numbers_in
from numberkeep.service.imports.options import VARIABLES_PREFIX, Column, Options

OBJECTS: Final = ("attributes", "attribs", "custom_attributes", "additional_attributes")
"""Columns with an object in JSON whose fields are columns."""
_VARIABLES: Final = VARIABLES_PREFIX.removesuffix(".")

_MOST_COLUMNS: Final = 10_000
"""Names of columns that are remembered: each line of JSON Lines can have names of its own."""

_OURS: Final = "contact_id"
"""A column of our own exports."""

_TEXTS: Final = {
    Use.FIRST_NAME: MAX_NAME,
    Use.LAST_NAME: MAX_NAME,
    Use.COMPANY_NAME: MAX_NAME,
    Use.ASSIGNED_TO_EMAIL: MAX_EMAIL,
    Use.SENDBLUE_NUMBER: MAX_NAME,
}
"""The fields that are one text, each with its limit."""


@dataclass(slots=True)
class _Gathered:
    """The cells of a row, by use."""

    content: Content = field(default_factory=Content)
    name: str = ""
    phones: list[tuple[str, str]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    calling_code: str = ""
    region: str = ""


class Mapper:
    """Reads rows as the options say.

    Args:
        options: how the file is imported.

    Attributes:
        notes: how often something was left out, by what it is.
        seen: the names of the columns so far, in lower case.
        has_phones: whether any column has phone numbers.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._columns: dict[str, Column] = {}
        self._phones_are_chosen = any(column.use is Use.PHONE for column in options.columns.values())
        self.notes: Counter[str] = Counter()
        self.seen: dict[str, None] = {}
        self.has_phones = False

    def read(self, row: Row) -> tuple[list[str], Content, list[str]]:
        """Return the numbers of a row, what it says of their contacts, and further numbers that it opts out.

        Raises:
            Fault: the row is rejected.
        """
        if row.fault:
            raise Fault("", "", row.fault)
        gathered = _Gathered()
        is_ours = _OURS in row.columns  # then white space is a part of what was exported
        for name, cell in self._cells(row):
            self._gather(gathered, self._column(name), name, cell if is_ours else cell.strip())
        content = gathered.content
        if not is_ours and self._is_name(gathered):
            _add_name(content.texts, gathered.name)
        content.tags = list(dict.fromkeys(map(composed, [*content.tags, *self._options.tags])))
        numbers, others = self._numbers(gathered)
        opted_out = others if content.opt_out else []
        phones = [number.phone for number in numbers]
        try:
            content.texts = {name: self._text(name, text) for name, text in content.texts.items()}
            check_limits(content)
        except Fault as fault:
            fault.opt_outs = [*phones, *opted_out] if content.opt_out else ()
            raise
        return phones, content, opted_out

    def _is_name(self, gathered: _Gathered) -> bool:
        """Return whether the full name is one: cards without a name have the company or the number there."""
        name = gathered.name
        return bool(
            name
            and name != gathered.content.texts.get(Use.COMPANY_NAME)
            and find_phone(name, self._options.region) is None
        )

    def _cells(self, row: Row) -> Iterator[tuple[str, str]]:
        """Yield the columns and cells, those of objects in JSON one by one, and custom fields by their labels."""
        labels: dict[str, str] = {}
        for name, cell in zip(row.columns, row.cells, strict=True):
            if name not in self.seen and len(self.seen) < _MOST_COLUMNS:
                self.seen[name] = None
                self.has_phones = self.has_phones or self._column(name).use is Use.PHONE
            if not cell:
                continue
            if name.startswith(CUSTOM_FIELD) and name.casefold() not in self._options.columns:
                group, _, part = name.rpartition(" - ")
                if part != "Value":
                    labels[group] = cell
                    continue
                name = labels.get(group, name)  # noqa: PLW2901 - the column that the field stands for
            is_variables = name == _VARIABLES
            fields = object_fields(cell) if is_variables or name.casefold() in OBJECTS else None
            if fields is None:
                yield name, cell
            else:
                yield from ((VARIABLES_PREFIX + inner if is_variables else inner, text) for inner, text in fields)

    def _column(self, name: str) -> Column:
        column = self._columns.get(name)
        if column is None:
            if len(self._columns) >= _MOST_COLUMNS:
                self._columns.clear()
            column = self._columns[name] = self._matched(name)
        return column

    def _matched(self, name: str) -> Column:
        chosen_column = self._options.columns.get(name.strip().casefold())
        if chosen_column is not None:
            return chosen_column
        if name.startswith(VARIABLES_PREFIX):
            return Column(Use.VARIABLE, name.removeprefix(VARIABLES_PREFIX))
        outer, dot, inner = name.partition(".")
        if dot and outer.casefold() in OBJECTS:
            return replace(self._matched(inner), label=inner)
        use = known_use(name)
        if use is None or (use is Use.PHONE and self._phones_are_chosen):
            use = Use.VARIABLE if self._options.keep_unmatched else Use.IGNORED
        return Column(use, name.strip())

    def _gather(self, gathered: _Gathered, column: Column, name: str, cell: str) -> None:
        content = gathered.content
        match column.use:
            case _ if not cell:
                pass
            case Use.PHONE:
                gathered.phones.append((name, cell))
            case Use.PHONE_LABEL:
                gathered.labels[_group(name)] = cell
            case Use.CALLING_CODE:
                gathered.calling_code = cell
            case Use.NAME:
                gathered.name = gathered.name or cell
            case Use.TAGS:
                content.tags += tags_in(cell)
            case Use.OPT_OUT | Use.OPT_IN:
                _add_consent(content, opted_out=says_no(cell) == (column.use is Use.OPT_IN))
            case Use.IGNORED:
                pass
            case Use.VARIABLE | Use.STATUS | Use.COUNTRY | Use.OWNER:
                self._gather_variable(gathered, column, cell)
            case text:
                content.texts.setdefault(text, cell)

    def _gather_variable(self, gathered: _Gathered, column: Column, cell: str) -> None:
        content = gathered.content
        if column.use is Use.STATUS and (opts_out(cell) or opts_in(cell)):
            _add_consent(content, opted_out=opts_out(cell))
        elif column.use is Use.OWNER and "@" in cell:
            content.texts.setdefault(Use.ASSIGNED_TO_EMAIL, cell)
            return
        elif column.use is Use.COUNTRY and len(cell) == len("US"):
            gathered.region = gathered.region or cell.upper()
        if self._options.keep_unmatched or column.use is Use.VARIABLE:
            label, place = composed(column.label), 2
            while label in content.variables:
                label, place = f"{composed(column.label)} {place}", place + 1
            content.variables[label] = cell

    def _numbers(self, gathered: _Gathered) -> tuple[list[Number], list[str]]:
        """Return the numbers that become contacts, and the others."""
        region = self._region(gathered.region)
        numbers: list[Number] = []
        bad: list[tuple[str, str]] = []
        only_faxes = bool(gathered.phones)
        for name, cell in gathered.phones:
            label = gathered.labels.get(_group(name), "")
            if is_fax(label):
                continue
            only_faxes = False
            found = numbers_in(_with_code(cell, gathered.calling_code), f"{name} {label}", region)
            numbers += found
            if not found:
                bad.append((name, cell))
        if not numbers:
            if bad:
                reason = f"is not a phone number in {region}: write it with + and the country code"
                raise Fault(*bad[0], f"{reason}, for example +14155552671")
            raise Fault("phone", "", "is a fax or a pager only" if only_faxes else "is missing: the row has no number")
        self.notes["Invalid numbers left out, because their rows have a valid one"] += len(bad)
        kept = chosen(numbers, self._options.numbers)
        others = {number.phone: None for number in numbers}
        for number in kept:
            others.pop(number.phone, None)
        self.notes["Further numbers left out (--numbers each imports them as contacts)"] += len(others)
        self.notes["Extensions and pauses left out of numbers"] += sum(number.shortened for number in kept)
        return kept, list(others)

    def _region(self, country: str) -> str:
        if not country or country == self._options.region:
            return self._options.region
        from numberkeep.domain.numbering_plan import regions  # noqa: PLC0415 - its tables load slowly

        return country if country in regions() else self._options.region

    def _text(self, name: str, text: str) -> str:
        if name == Use.SENDBLUE_NUMBER:
            line = find_phone(text, self._options.region)
            if line is None:
                raise Fault(
                    name, text, "is not a phone number: write it with + and the country code, or clear the cell"
                )
            return line
        limit = _TEXTS[Use(name)]
        if len(text) > limit:
            raise Fault(name, text, f"is longer than {limit} characters: shorten it")
        return text


def _add_name(texts: dict[str, str], name: str) -> None:
    """Add the parts of a full name that the row does not have apart."""
    if Use.LAST_NAME in texts:
        return
    first, last = name_parts(name)
    given = texts.get(Use.FIRST_NAME)
    if given is None:
        texts[Use.FIRST_NAME] = first
    elif name == given:
        return
    elif name.casefold().startswith(f"{given.casefold()} "):
        last = name[len(given) :].strip()
    if last:
        texts[Use.LAST_NAME] = last


def _add_consent(content: Content, *, opted_out: bool) -> None:
    content.opt_out = opted_out or bool(content.opt_out)


def _with_code(cell: str, calling_code: str) -> str:
    """Return a number with the calling code of its row, unless it has one."""
    code = calling_code.lstrip("+ ").strip()
    return f"+{code} {cell}" if code.isdecimal() and not cell.lstrip("( ").startswith("+") else cell


def _group(name: str) -> str:
    """Return what ties a number to its label: `1` of `Phone 1 - Value`."""
    return next((word for word in words_of(name) if word.isdigit()), "")
