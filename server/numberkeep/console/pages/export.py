"""Exports: the choice of a file, and the file. The query is that of the page of contacts."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Final, get_args

from numberkeep.console.page import Page, Reply, page
from numberkeep.console.pages.contacts_list import total_of
from numberkeep.console.pages.contacts_query import STATES, ContactsQuery
from numberkeep.console.visit import Visit
from numberkeep.operations import exports
from numberkeep.operations.operation import Download
from numberkeep.wire.exports import ExportParams, Format, Program

FILES: Final = (
    ("format=csv", "CSV", "for spreadsheets, and to import again"),
    ("format=vcard", "vCard", "for address books"),
    ("format=vcard4", "vCard 4.0", "for address books that read the newer version"),
    ("format=jsonl", "JSON Lines", "for programs: contacts as the API returns them"),
    ("format=csv&for=google", "CSV for Google Contacts", "in the columns that it imports"),
    ("format=csv&for=outlook", "CSV for Outlook", "in the columns that it imports"),
    ("format=csv&for=hubspot", "CSV for HubSpot", "in the columns that it imports"),
)
"""The files that are offered: the parameters of each, its name, and what it is for."""


@page("GET", "/export")
async def choose(visit: Visit) -> Reply:
    """Offer the files of the contacts that the query describes."""
    query = ContactsQuery.of(visit.query).first
    conditions = [*_in_words(query, visit.zone)]
    data = {"files": FILES, "query": query, "conditions": conditions, "total": await total_of(visit, query)}
    return Page("export.html", data, title="Export contacts", section="contacts")


@page("GET", "/export/file")
async def download(visit: Visit) -> Reply:
    """Download a file."""
    given = ContactsQuery.of(visit.query).conditions(visit.zone)
    choices = {"format": get_args(Format), "for": get_args(Program)}
    given |= {name: value for name in choices if (value := visit.query.get(name)) in choices[name]}
    file: Download = await visit.call(exports.export, visit.decoded(given, ExportParams))
    return file


ROUTES: Final = (choose, download)


def _in_words(query: ContactsQuery, zone: tzinfo) -> Iterator[str]:
    """Yield the conditions of a query in words."""
    if query.q:
        yield f"with “{query.q}”"
    yield from (f"with the tag “{tag}”" for tag in query.tags)
    if query.state:
        yield STATES[query.state][0].lower()
    yield from (words for _, words in query.created(zone))
