"""Turns a row of a file into what it says of contacts, or into the reason why it is rejected."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from numberkeep.domain.contacts.contact import composed
from numberkeep.domain.phone import find_phone
from numberkeep.formats.rows import Row
from numberkeep.service.imports.cells import add_name, tags_in
from numberkeep.service.imports.column_names import Use
from numberkeep.service.imports.column_uses import known_use
from numberkeep.service.imports.columns_in_cells import OBJECTS, named_in_cells, names_columns
from numberkeep.service.imports.consent_words import is_opt_out_tag, opted_out
from numberkeep.service.imports.content import Content, Fault, check_limits
from numberkeep.service.imports.layout import TEXT_LIMITS, Layout, TextColumn, make_layout
from numberkeep.service.imports.options import VARIABLES_PREFIX, Column, Options
from numberkeep.service.imports.row_numbers import NumberReader

_digit = re.compile(r"\d").search

_MOST_COLUMNS: Final = 10_000
"""Names of columns that are remembered: each line of JSON Lines can have names of its own."""
_MOST_LAYOUTS: Final = 500


class Mapper:
    """Reads rows as the options say.

    Args:
        options: how the file is imported.

    Attributes:
        notes: how often something was left out, by what it is.
        seen: the names of the columns so far.
        has_phones: whether any column has phone numbers.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._tags = list(dict.fromkeys(map(composed, options.tags)))
        self._columns: dict[str, Column] = {}
        self._layouts: dict[tuple[str, ...], Layout] = {}
        self._last: tuple[Sequence[str], Layout, bool] | None = None
        self._phones_are_chosen = any(column.use is Use.PHONE for column in options.columns.values())
        self.notes: Counter[str] = Counter()
        self._numbers = NumberReader(options, self.notes)
        self.seen: dict[str, None] = {}
        self.has_phones = False

    def read(self, row: Row) -> tuple[list[str], Content, list[str]]:
        """Return the numbers of a row, what it says of their contacts, and further numbers that it opts out.

        Raises:
            Fault: the row is rejected.
        """
        if row.fault:
            raise Fault("", "", row.fault)
        layout, is_final = self._layout_of(row.columns)
        cells = row.cells
        if not is_final:
            pairs = [*named_in_cells(row.columns, cells, self._options.columns)]
            layout = self._layout([name for name, _ in pairs])
            cells = [cell for _, cell in pairs]
        if not layout.is_ours:
            cells = [*map(str.strip, cells)]
        return self._read(layout, cells)

    def _read(self, layout: Layout, cells: Sequence[str]) -> tuple[list[str], Content, list[str]]:
        content = Content(variables={label: cell for place, label in layout.variables if (cell := cells[place])})
        too_long = _add_texts(layout.texts, cells, content)
        if layout.owners:
            too_long = _add_owner(layout.owners, cells, content) or too_long
        if layout.tags or self._tags:
            self._add_tags(content, layout, cells)
        for place, use in layout.consent:
            if (cell := cells[place]) and (said := opted_out(use, cell)) is not None:
                content.opt_out = said or bool(content.opt_out)
        if layout.names and not layout.is_ours:
            self._add_name(layout, cells, content)
        phones, others = self._numbers.read(layout, cells, content)
        further = others if content.opt_out else []
        try:
            self._check(content, too_long)
        except Fault as fault:
            fault.opt_outs = [*phones, *further] if content.opt_out else ()
            raise
        return phones, content, further

    def _add_tags(self, content: Content, layout: Layout, cells: Sequence[str]) -> None:
        tags = [tag for place in layout.tags if (cell := cells[place]) for tag in tags_in(cell)]
        if not layout.is_ours and any(map(is_opt_out_tag, tags)):
            content.opt_out = True
        content.tags = list(dict.fromkeys([*tags, *self._tags])) if self._tags or len(layout.tags) > 1 else tags

    def _add_name(self, layout: Layout, cells: Sequence[str], content: Content) -> None:
        """Add the full name, if it is one: cards without a name have the company or the number there."""
        name = ""
        known = Use.FIRST_NAME in content.texts or Use.LAST_NAME in content.texts
        for place, label in layout.names:
            cell = cells[place]
            if not cell or cell == content.texts.get(Use.COMPANY_NAME):
                continue
            if label and (name or known):
                if cell != name:
                    content.variables.setdefault(label, cell)
            else:
                name = name or cell
        if name and (_digit(name) is None or find_phone(name, self._options.region) is None):
            add_name(content.texts, name)

    def _check(self, content: Content, too_long: str) -> None:
        if Use.SENDBLUE_NUMBER in content.texts:
            text = content.texts[Use.SENDBLUE_NUMBER]
            line = find_phone(text, self._options.region)
            if line is None:
                reason = "is not a phone number: write it with + and the country code, or clear the cell"
                raise Fault(Use.SENDBLUE_NUMBER, text, reason)
            content.texts[Use.SENDBLUE_NUMBER] = line
        if too_long:
            limit = TEXT_LIMITS[Use(too_long)]
            raise Fault(too_long, content.texts[too_long], f"is longer than {limit} characters: shorten it")
        check_limits(content)

    def _layout_of(self, columns: Sequence[str]) -> tuple[Layout, bool]:
        """Return the layout of a row's columns, and whether no cell can name columns."""
        if self._last is None or self._last[0] is not columns:
            for name in columns:
                if name not in self.seen and len(self.seen) < _MOST_COLUMNS:
                    self.seen[name] = None
            self._last = columns, self._layout(columns), not any(map(names_columns, columns))
        return self._last[1:]

    def _layout(self, columns: Sequence[str]) -> Layout:
        key = tuple(columns)
        layout = self._layouts.get(key)
        if layout is None:
            if len(self._layouts) >= _MOST_LAYOUTS:
                self._layouts.clear()
            found = [self.column(name) for name in columns]
            layout = self._layouts[key] = make_layout(columns, found, keep_unmatched=self._options.keep_unmatched)
            self.has_phones = self.has_phones or bool(layout.phones)
        return layout

    def column(self, name: str) -> Column:
        """Return what a column is used for by itself, without regard to the other columns."""
        column = self._columns.get(name)
        if column is None:
            if len(self._columns) >= _MOST_COLUMNS:
                self._columns.clear()
            column = self._columns[name] = self._matched(name)
        return column

    def _matched(self, name: str) -> Column:
        for typed in typed_names(name):
            if typed in self._options.columns:
                return self._options.columns[typed]
        if name.startswith(VARIABLES_PREFIX):
            return Column(Use.VARIABLE, name.removeprefix(VARIABLES_PREFIX))
        outer, dot, inner = name.partition(".")
        if dot and outer.casefold() in OBJECTS:
            return replace(self._matched(inner), label=inner)
        use = known_use(name)
        if use is None or (use is Use.PHONE and self._phones_are_chosen):
            use = Use.VARIABLE if self._options.keep_unmatched else Use.IGNORED
        return Column(use, " ".join(name.split()))


def typed_names(name: str) -> tuple[str, str]:
    """Return how `--map` may name a column: as it is, or with one space for each line break and run of spaces."""
    return name.strip().casefold(), " ".join(name.split()).casefold()


def _add_texts(columns: Sequence[TextColumn], cells: Sequence[str], content: Content) -> str:
    """Add the fields that are one text, and return the first that is too long; a second text becomes a variable."""
    texts, too_long = content.texts, ""
    for place, use, limit, label in columns:
        if cell := cells[place]:
            if use not in texts:
                texts[use] = cell
                if len(cell) > limit:
                    too_long = too_long or use
            elif label and texts[use] != cell:
                content.variables.setdefault(label, cell)
    return too_long


def _add_owner(columns: Sequence[TextColumn], cells: Sequence[str], content: Content) -> str:
    """Add the owner of a contact as its `assigned_to_email`, or as a custom variable if it is no e-mail address."""
    for column in columns:
        if (cell := cells[column.place]) and column.label and "@" not in cell:
            content.variables[column.label] = cell
    return _add_texts([column for column in columns if "@" in cells[column.place]], cells, content)
