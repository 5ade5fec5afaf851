"""Exports of contacts, as rows of CSV and as cards; the format of an export is one that an import reads back."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from numberkeep.domain.contacts.contact import ContactRecord, moment
from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, Order, Position
from numberkeep.domain.identity import Account, contact_id_text
from numberkeep.domain.limits import MAX_PAGE
from numberkeep.formats.formulas import escaped
from numberkeep.formats.vcard_writer import Version, card
from numberkeep.service.context import Context
from numberkeep.service.imports.cells import tags_in
from numberkeep.service.imports.options import VARIABLES_PREFIX
from numberkeep.store.queries import ListContacts

_TEXTS: Final = ("phone", "first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number")
_VARIABLES: Final = VARIABLES_PREFIX.removesuffix(".")
_MOST_LABELS: Final = 200
"""Custom variables that are columns of their own; if there are more, one column has all of them as JSON."""

Labels = Sequence[str] | None
"""The labels that are columns, in order; None if there are too many."""


async def contacts(context: Context, account: Account, where: ContactFilter) -> AsyncIterator[ContactRecord]:
    """Yield the account's contacts that match, oldest first.

    They are read in pages: what changes meanwhile is read before or after its change, and nothing is skipped.
    """
    after: Position | None = None
    while True:
        query = ListQuery(where, Order(descending=False), MAX_PAGE, after=after)
        page = await context.store.read(ListContacts(account.account_id, query))
        for contact in page.contacts:
            yield contact
        if page.next is None:
            return
        after = page.next


async def find_labels(context: Context, account: Account, where: ContactFilter) -> Labels:
    """Return the labels of the custom variables of the contacts that match."""
    labels: set[str] = set()
    async for contact in contacts(context, account, where):
        if contact.custom_variables != "{}":
            labels.update(json.loads(contact.custom_variables))
            if len(labels) > _MOST_LABELS:
                return None
    return sorted(labels)


def header(labels: Labels) -> list[str]:
    """Return the columns of a CSV export."""
    variables = [_VARIABLES] if labels is None else [VARIABLES_PREFIX + label for label in labels]
    return [*_TEXTS, "tags", "opt_out", *variables, "verified", "created_at", "contact_id"]


def row(contact: ContactRecord, labels: Labels) -> list[str]:
    """Return the cells of a contact in a CSV export; none is run as a formula by a spreadsheet."""
    variables = json.loads(contact.custom_variables)
    cells = [
        *(getattr(contact, name) for name in _TEXTS),
        _tags_cell(json.loads(contact.tags)),
        _bool(contact.opt_out),
        *([contact.custom_variables] if labels is None else [variables.get(label, "") for label in labels]),
        _bool(contact.verified),
        moment(contact.created_at).isoformat().replace("+00:00", "Z"),
        contact_id_text(contact.contact_id),
    ]
    return list(map(escaped, cells))


def vcard(contact: ContactRecord, version: Version) -> str:
    """Return a contact as a card; what vCards have no property for is in properties of our own."""
    texts = {name: getattr(contact, name) for name in _TEXTS}
    tags = json.loads(contact.tags)
    others: dict[str, Any] = {"contact_id": contact_id_text(contact.contact_id)}
    others |= {name: texts[name] for name in ("assigned_to_email", "sendblue_number") if texts[name]}
    # Cards cannot have a lone CR in a text, and programs drop white space around tags.
    others |= {name: text for name, text in texts.items() if "\r" in text}
    if tags != tags_in(joined := ";".join(tags)) or "\r" in joined:
        others["tags"], tags = tags, []
    others["opt_out"] = contact.opt_out == 1
    variables: Mapping[str, str] = json.loads(contact.custom_variables)
    others |= {VARIABLES_PREFIX + label: value for label, value in variables.items()}
    return card(
        version,
        phone=contact.phone,
        first=contact.first_name,
        last=contact.last_name,
        company=contact.company_name,
        tags=tags,
        others=others,
    )


def _tags_cell(tags: list[str]) -> str:
    """Return tags as people write them, or as JSON if an import would read that differently."""
    cell = ";".join(tags)
    return cell if tags_in(cell) == tags and not cell.startswith("[") else json.dumps(tags, ensure_ascii=False)


def _bool(value: object) -> str:
    return "true" if value else "false"
