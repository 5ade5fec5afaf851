"""The routes: decode, call, encode. Source: api-reference.md, "The nine operations".

A handler's docstring is what the OpenAPI document says of its operation.
"""

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec import UNSET

from numberkeep.domain.contact_commands import Upserted
from numberkeep.domain.errors import MissingFields
from numberkeep.domain.limits import DEFAULT_PAGE, MAX_BULK_BODY_BYTES, MAX_PAGE
from numberkeep.http import webhook_wire, webhooks, wire
from numberkeep.http.answer import Answer, ok
from numberkeep.http.endpoint import Call, Handler
from numberkeep.http.listing import list_query, next_link
from numberkeep.service import bulk, contacts, verification


async def list_contacts(call: Call) -> Answer:
    """List contacts, newest first unless told otherwise; a `Link` header leads to the next page."""
    params = call.query(wire.ListParams)
    query = list_query(params)
    number = None if params.phone_number is None else wire.number_in_url(params.phone_number)
    page = await contacts.list_page(call.context, call.account, query, number)
    out = [wire.contact_out(contact) for contact in page.contacts]
    if page.next is None:
        return ok(out)
    link = next_link(call.scope["path"], call.scope["query_string"], query.order, page.next)
    return ok(out, ((b"link", link.encode()),))


async def create_contact(call: Call) -> Answer:
    """Create a contact, or change the one that is there where `update_if_exists`."""
    body = await call.body(wire.CreateBody)
    return await call.answer_once(
        lambda once: contacts.create(
            call.context,
            call.account,
            wire.number_of(body.number),
            wire.patch_of(body),
            update_if_exists=body.update_if_exists is True,
            once=once,
        ),
        lambda contact: wire.ContactAnswer(wire.contact_out(contact)),
    )


async def count_contacts(call: Call) -> Answer:
    """Count the contacts."""
    return ok(wire.CountAnswer(await contacts.count(call.context, call.account)))


async def verify_contact(call: Call) -> Answer:
    """Send the contact a verification message."""
    body = await call.body(wire.NumberBody)
    return await call.answer_once(
        lambda once: verification.request(call.context, call.account, wire.number_of(body.number), once=once),
        lambda _: wire.StatusOut(),
    )


async def retrieve_contact(call: Call) -> Answer:
    """Retrieve the contact with this number."""
    contact = await contacts.retrieve(call.context, call.account, call.number)
    return ok(wire.ContactAnswer(wire.contact_out(contact)))


async def update_contact(call: Call) -> Answer:
    """Change what the body mentions of the contact with this number."""
    body = await call.body(wire.UpdateBody)
    patch, read_only = wire.update_of(body, call.account.region)
    contact = await contacts.update(call.context, call.account, call.number, patch, read_only)
    return ok(wire.ContactAnswer(wire.contact_out(contact)))


async def delete_contact(call: Call) -> Answer:
    """Delete the contact with this number."""
    await contacts.delete(call.context, call.account, call.number)
    return ok(wire.StatusOut())


async def bulk_create(call: Call) -> Answer:
    """Create or change many contacts, all or none unless `on_error=skip`."""
    skip = call.query(wire.BulkParams).on_error == "skip"
    rows, bad = call.api.decoder.bulk_rows(await call.bytes(MAX_BULK_BODY_BYTES))
    given = [bulk.GivenRow(index, wire.number_of(row.phone), wire.patch_of(row)) for index, row in rows]

    def answer(result: Upserted) -> wire.BulkAnswer:
        errors = [wire.field_error_out(error) for error in result.errors] if skip else UNSET
        return wire.BulkAnswer([wire.contact_out(contact) for contact in result.contacts], errors)

    return await call.answer_once(
        lambda once: bulk.create(call.context, call.account, given, bad, skip_bad=skip, once=once), answer
    )


async def bulk_delete(call: Call) -> Answer:
    """Delete the contacts with these numbers."""
    body = await call.body(wire.BulkDeleteBody)
    if not isinstance(body.contact_ids, list):
        raise MissingFields("contact_ids")
    return ok(wire.AmountAnswer(await bulk.delete(call.context, call.account, body.contact_ids)))


async def opt_out(call: Call) -> Answer:
    """Record whether the recipient behind a number has opted out."""
    body = await call.body(wire.OptOutBody)
    opted_out = body.opted_out is not False
    return await call.answer_once(
        lambda once: contacts.set_opt_out(
            call.context, call.account, wire.number_of(body.number), opted_out=opted_out, once=once
        ),
        lambda phone: wire.OptOutAnswer(phone, opted_out),
    )


async def list_messages(call: Call) -> Answer:
    """List the messages to and from phones, newest first. Not of the hosted API."""
    limit = min(call.query(wire.MessagesParams).limit or DEFAULT_PAGE, MAX_PAGE)
    messages = await verification.messages(call.context, call.account, limit)
    return ok([wire.message_out(message) for message in messages])


@dataclass(slots=True, frozen=True)
class Operation:
    """One line of the API.

    Attributes:
        name: what the clients call it.
        method: the HTTP method.
        path: the path, with the argument in braces.
        handler: what answers.
        answer: the type of a success.
        body: the shape of the request's body, where it has one.
        query: the shape of the query, where it has one.
        errors: the statuses that a request can end with, beyond those of every request.
    """

    name: str
    method: str
    path: str
    handler: Handler
    answer: Any
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    errors: tuple[int, ...] = ()

    @property
    def once(self) -> bool:
        """Whether an `Idempotency-Key` is heeded: without one, a repetition of any other method changes no more."""
        return self.method == "POST"


_ALL: Final = "/api/v2/contacts"
_HOSTED: Final = "/api/account/webhooks"
_WEBHOOKS: Final = "/_numberkeep/webhooks"
_DELIVERIES: Final = "/_numberkeep/deliveries"
ONE: Final = f"{_ALL}/{{phone_number}}"
"""The path of one contact."""

OPERATIONS: Final = (
    Operation("contacts.count", "GET", f"{_ALL}/count", count_contacts, wire.CountAnswer),
    Operation(
        "contacts.verify",
        "POST",
        f"{_ALL}/verify",
        verify_contact,
        wire.StatusOut,
        body=wire.NumberBody,
        errors=(400, 404, 409, 429),
    ),
    Operation(
        "contacts.bulk.create",
        "POST",
        f"{_ALL}/bulk",
        bulk_create,
        wire.BulkAnswer,
        body=wire.BulkBody,
        query=wire.BulkParams,
        errors=(400,),
    ),
    Operation(
        "contacts.opt_out",
        "POST",
        f"{_ALL}/opt-out",
        opt_out,
        wire.OptOutAnswer,
        body=wire.OptOutBody,
        errors=(400,),
    ),
    Operation("contacts.retrieve", "GET", ONE, retrieve_contact, wire.ContactAnswer, errors=(404,)),
    Operation(
        "contacts.update", "PUT", ONE, update_contact, wire.ContactAnswer, body=wire.UpdateBody, errors=(400, 404)
    ),
    Operation("contacts.delete", "DELETE", ONE, delete_contact, wire.StatusOut, errors=(404,)),
    Operation("contacts.list", "GET", _ALL, list_contacts, list[wire.ContactOut], query=wire.ListParams, errors=(400,)),
    Operation(
        "contacts.create", "POST", _ALL, create_contact, wire.ContactAnswer, body=wire.CreateBody, errors=(400, 409)
    ),
    Operation(
        "contacts.bulk.delete",
        "DELETE",
        _ALL,
        bulk_delete,
        wire.AmountAnswer,
        body=wire.BulkDeleteBody,
        errors=(400,),
    ),
    Operation(
        "messages.list",
        "GET",
        "/_numberkeep/messages",
        list_messages,
        list[wire.MessageOut],
        query=wire.MessagesParams,
        errors=(400,),
    ),
    Operation("hosted_webhooks.list", "GET", _HOSTED, webhooks.list_hosted, webhook_wire.HostedWebhooksAnswer),
    Operation(
        "hosted_webhooks.add",
        "POST",
        _HOSTED,
        webhooks.add_hosted,
        webhook_wire.HostedWebhooksAnswer,
        body=webhook_wire.AddHostedBody,
        errors=(400,),
    ),
    Operation(
        "hosted_webhooks.replace",
        "PUT",
        _HOSTED,
        webhooks.replace_hosted,
        webhook_wire.HostedWebhooksAnswer,
        body=webhook_wire.ReplaceHostedBody,
        errors=(400,),
    ),
    Operation(
        "hosted_webhooks.remove",
        "DELETE",
        _HOSTED,
        webhooks.remove_hosted,
        webhook_wire.HostedRemovedAnswer,
        body=webhook_wire.RemoveHostedBody,
        errors=(400,),
    ),
    Operation("webhooks.list", "GET", _WEBHOOKS, webhooks.list_webhooks, list[webhook_wire.WebhookOut]),
    Operation(
        "webhooks.create",
        "POST",
        _WEBHOOKS,
        webhooks.create_webhook,
        webhook_wire.WebhookAnswer,
        body=webhook_wire.WebhookBody,
        errors=(400,),
    ),
    Operation(
        "webhooks.delete",
        "DELETE",
        f"{_WEBHOOKS}/{{webhook_id}}",
        webhooks.delete_webhook,
        wire.StatusOut,
        errors=(404,),
    ),
    Operation(
        "deliveries.list_dead",
        "GET",
        _DELIVERIES,
        webhooks.list_dead,
        list[webhook_wire.DeliveryOut],
        query=wire.MessagesParams,
        errors=(400,),
    ),
    Operation(
        "deliveries.replay",
        "POST",
        f"{_DELIVERIES}/replay",
        webhooks.replay,
        wire.AmountAnswer,
        body=webhook_wire.ReplayBody,
        errors=(400, 404),
    ),
)
"""Every operation; the fixed paths stand before the one with a number in it."""
