"""Exports of contacts as files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.identity import Account
from numberkeep.operations.operation import Call, Download, operation
from numberkeep.service.context import Context
from numberkeep.service.exports.cards import cards_3, cards_4
from numberkeep.service.exports.export import exported
from numberkeep.service.exports.form import Form
from numberkeep.service.exports.other_programs import GoogleTable, hubspot_table, outlook_table
from numberkeep.service.exports.table import own_table
from numberkeep.wire.answers import invalid
from numberkeep.wire.contacts import record_out
from numberkeep.wire.exports import ExportParams, selection_of

_encode_lines = msgspec.json.Encoder().encode_lines

CSV: Final = "text/csv; charset=utf-8"
VCARD: Final = "text/vcard; charset=utf-8"
JSON_LINES: Final = "application/x-ndjson"


class JsonLines:
    """Contacts as the API returns them, one a line; `numberkeep.service.exports.form.Form` documents the methods."""

    def note(self, contacts: Sequence[ContactRecord]) -> None:
        """Note nothing."""

    def head(self) -> bytes:
        """Return nothing."""
        return b""

    def rows(self, contacts: Iterable[ContactRecord]) -> bytes:
        """Return lines."""
        return _encode_lines([record_out(contact) for contact in contacts])


_FILES: Final[Mapping[tuple[str, str], tuple[str, str, Callable[[], Form]]]] = {
    ("csv", "numberkeep"): (CSV, "contacts.csv", own_table),
    ("csv", "google"): (CSV, "google-contacts.csv", GoogleTable),
    ("csv", "outlook"): (CSV, "outlook-contacts.csv", outlook_table),
    ("csv", "hubspot"): (CSV, "hubspot-contacts.csv", hubspot_table),
    ("vcard", "numberkeep"): (VCARD, "contacts.vcf", cards_3),
    ("vcard4", "numberkeep"): (VCARD, "contacts.vcf", cards_4),
    ("jsonl", "numberkeep"): (JSON_LINES, "contacts.jsonl", JsonLines),
}
"""By format and by whom it is for: the type of the file, its name, and what writes it."""


@operation("contacts.export", InvalidInput, reads=True)
async def export(call: Call, given: ExportParams) -> Download:
    """Export contacts as a file, oldest first and all as of one moment."""
    return download(call.context, call.account, given)


def download(context: Context, account: Account, given: ExportParams) -> Download:
    """Return the file that the parameters ask for.

    Raises:
        InvalidInput: a parameter is not valid.
    """
    selection = selection_of(given)
    media_type, name, form = file_of(given.format, given.for_)
    return Download(media_type, name, exported(context, account, selection, form()))


def file_of(format_: str, program: str) -> tuple[str, str, Callable[[], Form]]:
    """Return the type of a file, its name, and what makes what writes it.

    Raises:
        InvalidInput: the program reads another format.
    """
    file = _FILES.get((format_, program))
    if file is None:
        raise invalid(FieldError("for", "is for CSV only: leave it out, or ask for format=csv"))
    return file
