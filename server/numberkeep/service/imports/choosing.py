"""Checks how a file is to be imported, as people and programs write it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from numberkeep.domain.contacts.importing import Existing
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.limits import MAX_TAG, MAX_TAGS
from numberkeep.domain.phone import known_region
from numberkeep.formats.lines import is_encoding
from numberkeep.service.imports.numbers import Numbers
from numberkeep.service.imports.options import Options, column_of, written

UNMAPPED: Final = ("variables", "drop")
"""What happens to columns that are neither mapped nor known: they become custom variables, or are left out."""


@dataclass(slots=True, frozen=True)
class Chosen:
    """How a file is to be imported.

    Attributes:
        columns: fields, by the names of columns: see `Options`.
        unmapped: see UNMAPPED.
        tags: tags for every contact.
        region: the region of numbers without `+`; None for the account's.
        numbers: which of several numbers of a row become contacts.
        existing: what happens to contacts that exist.
        replace_tags: whether tags of the file replace those of a contact.
        encoding: the file's encoding; None to find it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    unmapped: str = "variables"
    tags: Sequence[str] = ()
    region: str | None = None
    numbers: str = Numbers.MOBILE.value
    existing: str = Existing.UPDATE.value
    replace_tags: bool = False
    encoding: str | None = None


def options_of(chosen: Chosen, region: str) -> Options:
    """Return the options of an import.

    Args:
        chosen: what was chosen.
        region: the account's region.

    Raises:
        InvalidInput: something is not valid.
    """
    columns = {}
    for name, use in chosen.columns.items():
        if not name.strip():
            raise _invalid("columns", "has a column without a name: leave it out")
        try:
            column, used = column_of(name, use)
        except ValueError as error:
            raise _invalid("columns", str(error)) from None
        columns[column] = used
    if len(chosen.tags) > MAX_TAGS or not all(tag.strip() and len(tag) <= MAX_TAG for tag in chosen.tags):
        raise _invalid("tags", f"must be at most {MAX_TAGS} tags of 1 to {MAX_TAG} characters that are not all spaces")
    if chosen.encoding is not None and not is_encoding(chosen.encoding):
        message = f"is {chosen.encoding!a}, and there is no such encoding: use one that Python knows, for example "
        raise _invalid("encoding", f"{message}shift_jis")
    return Options(
        region if chosen.region is None else known_region(chosen.region),
        Numbers(chosen.numbers),
        columns,
        keep_unmatched=chosen.unmapped != "drop",
        tags=tuple(chosen.tags),
        existing=Existing(chosen.existing),
        replace_tags=chosen.replace_tags,
        encoding=chosen.encoding,
    )


def chosen_of(options: Options) -> Chosen:
    """Return what was chosen to have these options, with the region; names of columns are in lower case."""
    return Chosen(
        {name: written(name, column) for name, column in options.columns.items()},
        UNMAPPED[not options.keep_unmatched],
        options.tags,
        options.region,
        options.numbers.value,
        options.existing.value,
        options.replace_tags,
        options.encoding,
    )


def _invalid(name: str, message: str) -> InvalidInput:
    return InvalidInput(f"`{name}` {message}", [FieldError(name, message)])
