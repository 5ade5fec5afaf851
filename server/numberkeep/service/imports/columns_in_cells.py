"""Columns that are named in cells: by objects in JSON, and by the labels of Google's custom fields."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from numberkeep.service.imports.cells import object_fields
from numberkeep.service.imports.options import VARIABLES_PREFIX

OBJECTS: Final = (
    "attributes",
    "attribs",
    "custom_attributes",
    "additional_attributes",
    "traits",
    "properties",
    "fields",
)
"""Columns with an object in JSON whose fields are columns."""
_VARIABLES: Final = VARIABLES_PREFIX.removesuffix(".")

CUSTOM_FIELD: Final = "Custom Field "
"""Begins the names of Google's pairs of columns: `Custom Field 1 - Label` (`Type` in older files) and `... - Value`."""


def names_columns(name: str) -> bool:
    """Return whether the cells of a column may name columns."""
    return _has_object(name) or name.startswith(CUSTOM_FIELD)


def named_in_cells(columns: Sequence[str], cells: Sequence[str], mapped: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the columns and cells that are not empty: the fields of objects one by one, custom fields by their labels.

    Args:
        columns: the names of the columns.
        cells: their cells.
        mapped: the columns, in lower case, whose use was chosen: a custom field among them has its own name.
    """
    labels: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=True):
        if not cell:
            continue
        if name.startswith(CUSTOM_FIELD) and name.casefold() not in mapped:
            group, _, part = name.rpartition(" - ")
            if part == "Value":
                yield from _fields(labels.get(group, name), cell)
            else:
                labels[group] = cell
        else:
            yield from _fields(name, cell)


def _fields(name: str, cell: str) -> Iterator[tuple[str, str]]:
    fields = object_fields(cell) if _has_object(name) else None
    if fields is None:
        yield name, cell
    else:
        prefix = VARIABLES_PREFIX if name == _VARIABLES else ""
        yield from ((prefix + inner, text) for inner, text in fields)


def _has_object(name: str) -> bool:
    return name == _VARIABLES or name.casefold() in OBJECTS
