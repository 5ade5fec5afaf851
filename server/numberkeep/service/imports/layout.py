"""What the columns of a file are used for, worked out once for all rows that have the same columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from numberkeep.domain.contacts.contact import composed
from numberkeep.domain.limits import MAX_EMAIL, MAX_NAME
from numberkeep.service.imports.column_names import Use, word_set, words_of
from numberkeep.service.imports.options import Column
from numberkeep.service.imports.phone_columns import is_channel, is_mobile, is_of_address, may_have_phones

TEXT_LIMITS: Final = {
    Use.FIRST_NAME: MAX_NAME,
    Use.LAST_NAME: MAX_NAME,
    Use.COMPANY_NAME: MAX_NAME,
    Use.ASSIGNED_TO_EMAIL: MAX_EMAIL,
    Use.SENDBLUE_NUMBER: MAX_NAME,
}
"""The fields that are one text, each with its limit."""

_OURS: Final = ({"contact_id", "created_at", "verified", "opt_out"}, {"contact_id", "opt_out", "Phone 1 - Value"})
"""Columns that only our own exports have together; the latter are those of our cards."""

_FIRST_OR_WHOLE: Final = word_set("nombre nome")
"""Names of a column of first names if there is one of last names, and else of full names."""
_LAST_OR_WHOLE: Final = word_set("nom")
_WEAK_NAMES: Final = word_set("contact contacto kontakt customer kunde client cliente person recipient")
"""Names of columns of full names, if no other column has names."""
_CONSENT: Final = frozenset({Use.OPT_OUT, Use.OPT_IN, Use.STATUS})


@dataclass(slots=True, frozen=True)
class PhoneColumn:
    """A column of phone numbers.

    Attributes:
        place: where it is.
        name: its name.
        mobile: whether its name calls its numbers mobile.
        label: where the column is that says of what kind its number is; None if there is none.
        is_channel: whether a cell `no` refuses messages: of a column `SMS`.
    """

    place: int
    name: str
    mobile: bool
    label: int | None
    is_channel: bool


class TextColumn(NamedTuple):
    """A column of a field that is one text.

    Attributes:
        place: where it is.
        use: the field.
        limit: how many characters the field has at most.
        label: the label of the custom variable that a second text becomes; `""` if it is left out.
    """

    place: int
    use: Use
    limit: int
    label: str


@dataclass(slots=True)
class Layout:
    """What the columns of a row are used for; each is named by its place.

    Attributes:
        is_ours: whether our own export wrote them, so that white space is a part of what was exported.
        phones: those of phone numbers, the ones of the person first.
        places: those that have numbers if their cells look so, and no other column has one: `Home`.
        texts: those of fields that are one text.
        owners: those of owners, to whom the contact is assigned if they are e-mail addresses.
        names: those of full names, the likeliest first, with a label for a name that is not used.
        tags: those of tags.
        consent: those about consent.
        regions: those of countries.
        calling_codes: those of calling codes.
        variables: those of custom variables, each with its label.
    """

    is_ours: bool
    phones: list[PhoneColumn] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    texts: list[TextColumn] = field(default_factory=list)
    owners: list[TextColumn] = field(default_factory=list)
    names: list[tuple[int, str]] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    consent: list[tuple[int, Use]] = field(default_factory=list)
    regions: list[int] = field(default_factory=list)
    calling_codes: list[int] = field(default_factory=list)
    variables: list[tuple[int, str]] = field(default_factory=list)


def make_layout(names: Sequence[str], columns: Sequence[Column], *, keep_unmatched: bool) -> Layout:
    """Return the layout of rows with these columns.

    Args:
        names: their names.
        columns: what each is used for by itself.
        keep_unmatched: whether columns that are used otherwise may become custom variables too.
    """
    layout = Layout(any(ours.issubset(names) for ours in _OURS))
    uses = resolved(names, [column.use for column in columns])
    labels = {_group(name): place for place, name in enumerate(names) if uses[place] is Use.PHONE_LABEL}
    lists = {Use.TAGS: layout.tags, Use.CALLING_CODE: layout.calling_codes, Use.COUNTRY: layout.regions}
    weak: list[tuple[int, str]] = []
    taken: dict[str, int] = {}
    for place, (name, column, use) in enumerate(zip(names, columns, uses, strict=True)):
        label = column.label if keep_unmatched or use is Use.VARIABLE else ""
        words = words_of(name)
        if use is Use.PHONE:
            beside = labels.get(_group(name)) if labels else None
            layout.phones.append(PhoneColumn(place, name, is_mobile(words), beside, is_channel(words)))
        elif use in TEXT_LIMITS:
            layout.texts.append(TextColumn(place, use, TEXT_LIMITS[use], "" if layout.is_ours else composed(label)))
        elif use is Use.OWNER:
            other = _new_label(composed(label), taken) if label else ""
            layout.owners.append(TextColumn(place, Use.ASSIGNED_TO_EMAIL, MAX_EMAIL, other))
        elif use is Use.NAME:
            is_weak = "".join(words) in _WEAK_NAMES
            (weak if is_weak else layout.names).append((place, composed(label) if is_weak else ""))
        elif use in lists:
            lists[use].append(place)
        elif may_have_phones(words):
            layout.places.append(place)
        if use in _CONSENT:
            layout.consent.append((place, use))
        if label and use in {Use.VARIABLE, Use.STATUS, Use.COUNTRY}:
            layout.variables.append((place, _new_label(composed(label), taken)))
    layout.names += weak
    layout.phones.sort(key=lambda column: is_of_address(words_of(column.name)))
    return layout


def resolved(names: Sequence[str], uses: Sequence[Use]) -> list[Use]:
    """Return the uses, those of names decided that depend on the other columns."""
    found = list(uses)
    for place, name in enumerate(names):
        word = "".join(words_of(name))
        if (word in _FIRST_OR_WHOLE and Use.LAST_NAME not in uses and uses[place] is Use.FIRST_NAME) or (
            word in _LAST_OR_WHOLE and Use.FIRST_NAME not in uses and uses[place] is Use.LAST_NAME
        ):
            found[place] = Use.NAME
    return found


def _new_label(label: str, taken: dict[str, int]) -> str:
    """Return a label that no column has yet: of columns of one name, the second gets a number."""
    found, place = label, taken.get(label, 1)
    while found in taken:
        place += 1
        found = f"{label} {place}"
    taken[label] = place
    taken.setdefault(found, 1)
    return found


def _group(name: str) -> str:
    """Return what ties a number to its label: `1` of `Phone 1 - Value`."""
    return next((word for word in words_of(name) if word.isdigit()), "")
