"""What the one who imports a file chooses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from numberkeep.domain.contacts.importing import Existing
from numberkeep.domain.limits import MAX_LABEL
from numberkeep.service.imports.column_names import Use
from numberkeep.service.imports.numbers import Numbers

VARIABLES_PREFIX: Final = "custom_variables."
"""Begins the name of a column whose rest is the label of a custom variable."""


@dataclass(slots=True, frozen=True)
class Column:
    """What one column is used for, and the label if that is a custom variable."""

    use: Use
    label: str = ""


@dataclass(slots=True, frozen=True)
class Options:
    """How a file is imported.

    Attributes:
        region: the region of numbers without `+`.
        numbers: which of several numbers of a row become contacts.
        columns: what columns are used for, by their names in lower case; other columns are matched by name.
        keep_unmatched: whether other columns become custom variables.
        tags: tags for every contact.
        existing: what happens to contacts that exist.
        replace_tags: whether tags of the file replace those of a contact; by default they are added.
        encoding: the file's encoding; by default it is found.
    """

    region: str
    numbers: Numbers = Numbers.MOBILE
    columns: Mapping[str, Column] = field(default_factory=dict)
    keep_unmatched: bool = True
    tags: tuple[str, ...] = ()
    existing: Existing = Existing.UPDATE
    replace_tags: bool = False
    encoding: str | None = None


def written(name: str, column: Column) -> str:
    """Return what a column is used for as `parse_column` reads it."""
    is_label = column.use is Use.VARIABLE and column.label.casefold() != " ".join(name.split()).casefold()
    return VARIABLES_PREFIX + column.label if is_label and len(column.label) <= MAX_LABEL else column.use.value


def parse_column(text: str) -> tuple[str, Column]:
    """Return the column of `COLUMN=FIELD`, in lower case, and what it is used for.

    Raises:
        ValueError: the text has another form, or there is no such field; its text is the message.
    """
    name, equals, field_name = text.rpartition("=")
    if not equals or not name.strip():
        raise ValueError(f"{text!r} must have the form COLUMN=FIELD, for example Handy=phone")
    return column_of(name, field_name)


def column_of(name: str, field_name: str) -> tuple[str, Column]:
    """Return a column's name, in lower case, and what it is used for.

    Raises:
        ValueError: there is no such field; its text is the message.
    """
    name, field_name = name.strip(), field_name.strip()
    if field_name.startswith(VARIABLES_PREFIX):
        label = field_name.removeprefix(VARIABLES_PREFIX)
        if not label or len(label) > MAX_LABEL:
            raise ValueError(f"the label of a custom variable must have 1 to {MAX_LABEL} characters, not {len(label)}")
        return name.casefold(), Column(Use.VARIABLE, label)
    try:
        return name.casefold(), Column(Use(field_name), name)
    except ValueError:
        uses = ", ".join(sorted(use for use in Use if use is not Use.PHONE_LABEL))
        raise ValueError(f"there is no field {field_name!r}: use one of {uses} or {VARIABLES_PREFIX}LABEL") from None
