"""Exports as CSV in the columns that the imports of Google Contacts, Outlook and HubSpot take.

What a program has no column for is in columns of its own, whose names an import of ours knows: HubSpot offers to make
properties of them, Outlook leaves them out. Google Contacts keeps such things as custom fields, two columns each.
https://support.google.com/contacts/answer/1069522, https://knowledge.hubspot.com/crm-setup/set-up-your-import-file
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.formats.formulas import escaped
from numberkeep.service.exports.table import Layout, Table, csv_bytes, decode_tags, decode_variables
from numberkeep.service.imports.column_uses import known_use
from numberkeep.service.imports.columns_in_cells import CUSTOM_FIELD, OBJECTS
from numberkeep.service.imports.options import VARIABLES_PREFIX

_OPTED_OUT: Final = "Opted Out"
_ASSIGNED_TO: Final = "Assigned To Email"
_LINE: Final = "Sendblue Number"

_OBJECTS: Final = (*OBJECTS, VARIABLES_PREFIX.removesuffix("."))

_GOOGLE: Final = (
    *("First Name", "Last Name", "Organization Name", "Labels"),
    *("Phone 1 - Label", "Phone 1 - Value"),
)
_GOOGLE_LABELS: Final = " ::: "
_GOOGLE_EVERYBODY: Final = "* myContacts"
"""The label of all contacts in Google's own exports; an import of ours leaves it out."""


def outlook_table() -> Table:
    """Return a table for Outlook."""
    texts = {
        "First Name": "first_name",
        "Last Name": "last_name",
        "Company": "company_name",
        "Mobile Phone": "phone",
        _ASSIGNED_TO: "assigned_to_email",
        _LINE: "sendblue_number",
    }
    return Table(Layout(texts, "Categories", _OPTED_OUT, _joined, _variable_column))


def hubspot_table() -> Table:
    """Return a table for HubSpot, whose owners of contacts are e-mail addresses of its users."""
    texts = {
        "First Name": "first_name",
        "Last Name": "last_name",
        "Phone Number": "phone",
        "Company Name": "company_name",
        "Contact Owner": "assigned_to_email",
        _LINE: "sendblue_number",
    }
    return Table(Layout(texts, "Tags", _OPTED_OUT, _joined, _variable_column))


class GoogleTable:
    """A CSV file for Google Contacts; `numberkeep.service.exports.form.Form` documents its methods."""

    def __init__(self) -> None:
        self._fields = 0

    def note(self, contacts: Sequence[ContactRecord]) -> None:
        """Note how many custom fields there are."""
        self._fields = max([self._fields, *map(len, map(_custom_fields, contacts))])

    def head(self) -> bytes:
        """Return the header."""
        fields = [f"{CUSTOM_FIELD}{n} - {part}" for n in range(1, self._fields + 1) for part in ("Label", "Value")]
        return csv_bytes([[*_GOOGLE, *fields]])

    def rows(self, contacts: Iterable[ContactRecord]) -> bytes:
        """Return rows; no cell is run as a formula by a spreadsheet."""
        return csv_bytes(map(self._row, contacts))

    def _row(self, contact: ContactRecord) -> list[str]:
        labels = _google_labels(contact.tags)
        cells = [contact.first_name, contact.last_name, contact.company_name, labels, "Mobile", contact.phone]
        for label, value in _custom_fields(contact):
            cells += label, value
        cells += [""] * (len(_GOOGLE) + 2 * self._fields - len(cells))
        return list(map(escaped, cells))


def _custom_fields(contact: ContactRecord) -> list[tuple[str, str]]:
    """Return the labels and values of a contact's custom fields."""
    fields = [(_OPTED_OUT, "true")] if contact.opt_out else []
    if contact.assigned_to_email:
        fields.append((_ASSIGNED_TO, contact.assigned_to_email))
    if contact.sendblue_number:
        fields.append((_LINE, contact.sendblue_number))
    if contact.custom_variables != "{}":
        variables = decode_variables(contact.custom_variables)
        fields += [(_variable_column(label), value) for label, value in variables.items()]
    return fields


@lru_cache(maxsize=1024)
def _google_labels(tags: str) -> str:
    return _GOOGLE_LABELS.join([*decode_tags(tags), _GOOGLE_EVERYBODY])


@lru_cache(maxsize=1024)
def _joined(tags: str) -> str:
    return ";".join(decode_tags(tags))


@lru_cache(maxsize=1024)
def _variable_column(label: str) -> str:
    """Return the label itself, unless an import of ours would take a column of this name for another one."""
    is_plain = (
        label == " ".join(label.split())
        and label == escaped(label)
        and known_use(label) is None
        and label.partition(".")[0].casefold() not in _OBJECTS
        and not label.startswith(CUSTOM_FIELD)
    )
    return label if is_plain else VARIABLES_PREFIX + label
