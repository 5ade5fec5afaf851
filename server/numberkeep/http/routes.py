"""The routes: decode, call, encode. Source: api-reference.md, "The nine operations"."""

from typing import Final

from numberkeep.domain.errors import MissingFields
from numberkeep.domain.limits import DEFAULT_PAGE, MAX_BULK_BODY_BYTES, MAX_PAGE
from numberkeep.http import wire
from numberkeep.http.answer import Answer, ok
from numberkeep.http.endpoint import Call, Handler
from numberkeep.http.listing import list_query, next_link
from numberkeep.service import bulk, contacts, verification


async def list_contacts(call: Call) -> Answer:
    """Contacts.list."""
    params = call.query(wire.ListParams)
    query = list_query(params)
    page = await contacts.list_page(call.context, call.account, query, params.phone_number)
    out = [wire.contact_out(contact) for contact in page.contacts]
    if page.next is None:
        return ok(out)
    link = next_link(call.scope["path"], call.scope["query_string"], query.order, page.next)
    return ok(out, ((b"link", link.encode()),))


async def create_contact(call: Call) -> Answer:
    """Contacts.create."""
    body = await call.body(wire.CreateBody)
    contact = await contacts.create(
        call.context,
        call.account,
        wire.number_of(body),
        wire.patch_of(body),
        update_if_exists=body.update_if_exists is True,
    )
    return ok(wire.ContactAnswer(wire.contact_out(contact)))


async def count_contacts(call: Call) -> Answer:
    """Contacts.count."""
    return ok(wire.CountAnswer(await contacts.count(call.context, call.account)))


async def verify_contact(call: Call) -> Answer:
    """Contacts.verify."""
    body = await call.body(wire.NumberBody)
    await verification.request(call.context, call.account, wire.number_of(body))
    return ok(wire.StatusOut())


async def retrieve_contact(call: Call) -> Answer:
    """Contacts.retrieve."""
    contact = await contacts.retrieve(call.context, call.account, call.number)
    return ok(wire.ContactAnswer(wire.contact_out(contact)))


async def update_contact(call: Call) -> Answer:
    """Contacts.update."""
    body = await call.body(wire.UpdateBody)
    patch, read_only = wire.update_of(body, call.account.region)
    contact = await contacts.update(call.context, call.account, call.number, patch, read_only)
    return ok(wire.ContactAnswer(wire.contact_out(contact)))


async def delete_contact(call: Call) -> Answer:
    """Contacts.delete."""
    await contacts.delete(call.context, call.account, call.number)
    return ok(wire.StatusOut())


async def bulk_create(call: Call) -> Answer:
    """Contacts.bulk.create."""
    skip = call.query(wire.BulkParams).on_error == "skip"
    rows, bad = call.api.decoder.bulk_rows(await call.bytes(MAX_BULK_BODY_BYTES))
    given = [bulk.GivenRow(index, wire.number_of(row, "phone"), wire.patch_of(row)) for index, row in rows]
    result = await bulk.create(call.context, call.account, given, bad, skip_bad=skip)
    answer = wire.BulkAnswer([wire.contact_out(contact) for contact in result.contacts])
    if skip:
        answer.errors = [wire.field_error_out(error) for error in result.errors]
    return ok(answer)


async def bulk_delete(call: Call) -> Answer:
    """Contacts.bulk.delete."""
    body = await call.body(wire.BulkDeleteBody)
    if not isinstance(body.contact_ids, list):
        raise MissingFields("contact_ids")
    return ok(wire.AmountAnswer(await bulk.delete(call.context, call.account, body.contact_ids)))


async def opt_out(call: Call) -> Answer:
    """Contacts.opt_out."""
    body = await call.body(wire.OptOutBody)
    opted_out = body.opted_out is not False
    phone = await contacts.set_opt_out(call.context, call.account, wire.number_of(body), opted_out=opted_out)
    return ok(wire.OptOutAnswer(phone, opted_out))


async def list_messages(call: Call) -> Answer:
    """What the account's contacts are owed: numberkeep's own, not of the API."""
    limit = min(call.query(wire.MessagesParams).limit or DEFAULT_PAGE, MAX_PAGE)
    messages = await verification.messages(call.context, call.account, limit)
    return ok([wire.message_out(message) for message in messages])


_CONTACTS: Final = "/api/v2/contacts"

ROUTES: Final[list[tuple[str, str, Handler]]] = [
    ("GET", f"{_CONTACTS}/count", count_contacts),
    ("POST", f"{_CONTACTS}/verify", verify_contact),
    ("POST", f"{_CONTACTS}/bulk", bulk_create),
    ("POST", f"{_CONTACTS}/opt-out", opt_out),
    ("GET", f"{_CONTACTS}/{{phone_number}}", retrieve_contact),
    ("PUT", f"{_CONTACTS}/{{phone_number}}", update_contact),
    ("DELETE", f"{_CONTACTS}/{{phone_number}}", delete_contact),
    ("GET", _CONTACTS, list_contacts),
    ("POST", _CONTACTS, create_contact),
    ("DELETE", _CONTACTS, bulk_delete),
    ("GET", "/_numberkeep/messages", list_messages),
]
"""Method, path and handler; the fixed paths stand before the one with a number in it."""
