"""Exports: the choice of a file, and the file."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

import msgspec

from numberkeep.console.page import Page, Reply, page
from numberkeep.console.visit import Visit
from numberkeep.domain.errors import InvalidInput
from numberkeep.operations import exports
from numberkeep.wire.decoding import Decoder
from numberkeep.wire.exports import ExportParams

FILES: Final = (
    ("format=csv", "CSV", "for spreadsheets, and to import again"),
    ("format=vcard", "vCard", "for address books"),
    ("format=vcard4", "vCard 4.0", "for address books that read the newer version"),
    ("format=jsonl", "JSON Lines", "for programs: contacts as the API returns them"),
    ("format=csv&for=google", "CSV for Google Contacts", "in the columns that it imports"),
    ("format=csv&for=outlook", "CSV for Outlook", "in the columns that it imports"),
    ("format=csv&for=hubspot", "CSV for HubSpot", "in the columns that it imports"),
)
"""The files that are offered: the query of each, its name, and what it is for."""

_FILE: Final = frozenset({"format", "for"})
_NAMES: Final = frozenset(field.encode_name for field in msgspec.structs.fields(ExportParams))
_WORDS: Final = {
    "q": "with the words",
    "tag": "with the tag",
    "where": "with the variable",
    "created_after": "created after",
    "created_before": "created before",
}
_YES_NO: Final = {
    "verified": ("verified", "not verified"),
    "opted_out": ("opted out", "not opted out"),
    "unclear": ("with an unclear reply", "without an unclear reply"),
}
_decoder: Final = Decoder(ignore_unknown=False)


@page("GET", "/export")
async def choose(visit: Visit) -> Reply:
    """Offer the files of the contacts that the query describes: its parameters are those of the API's export."""
    given = _given(visit)
    conditions = [(name, value) for name, value in given if name not in _FILE]
    error = ""
    try:
        await visit.call(exports.export, _params(given))
    except InvalidInput as fault:
        error = str(fault).replace("`", "")
    data = {"files": FILES, "query": urlencode(conditions), "conditions": _in_words(conditions), "error": error}
    return Page("export.html", data, title="Export contacts", section="contacts", status=400 if error else 200)


@page("GET", "/export/file")
async def download(visit: Visit) -> Reply:
    """Download a file."""
    return await visit.call(exports.export, _params(_given(visit)))


ROUTES: Final = (choose, download)


def _given(visit: Visit) -> list[tuple[str, str]]:
    """Return the parameters of an export in the query; those of the page that it comes from are left out."""
    return [(name, value) for name, value in visit.query.multi_items() if value and name in _NAMES]


def _params(given: list[tuple[str, str]]) -> ExportParams:
    return _decoder.params(given, ExportParams)


def _in_words(conditions: Sequence[tuple[str, str]]) -> list[str]:
    """Return which contacts are exported, in words."""
    return [
        _YES_NO[name][value != "true"] if name in _YES_NO else f"{_WORDS.get(name, name)} “{value}”"
        for name, value in conditions
    ]
