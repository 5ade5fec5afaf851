"""What answers requests on webhooks: our own routes, and the hosted service's `/api/account/webhooks`.

A handler's docstring is what the OpenAPI document says of its operation.
"""

from numberkeep.domain.limits import DEFAULT_PAGE, MAX_PAGE
from numberkeep.http import wire
from numberkeep.http.answer import Answer, ok
from numberkeep.http.endpoint import Call
from numberkeep.http.webhook_wire import (
    AddHostedBody,
    HostedRemovedAnswer,
    RemoveHostedBody,
    ReplaceHostedBody,
    ReplayBody,
    WebhookAnswer,
    WebhookBody,
    delivery_out,
    hosted_added,
    hosted_out,
    hosted_removed,
    hosted_replaced,
    webhook_out,
)
from numberkeep.service import hosted_webhooks, webhooks


async def list_webhooks(call: Call) -> Answer:
    """List the account's webhooks. Not of the hosted API."""
    return ok([webhook_out(webhook) for webhook in await webhooks.list_all(call.context, call.account)])


async def create_webhook(call: Call) -> Answer:
    """Register a webhook; the answer alone shows its secret. Not of the hosted API."""
    body = await call.body(WebhookBody)
    url, types = body.url or "", body.types or []
    return await call.answer_once(
        lambda once: webhooks.create(
            call.context, call.notifier, call.account, url, types=types, secret=body.secret, once=once
        ),
        lambda webhook: WebhookAnswer(webhook_out(webhook, with_secret=True)),
    )


async def delete_webhook(call: Call) -> Answer:
    """Remove a webhook and all that is owed to it. Not of the hosted API."""
    await webhooks.delete(call.context, call.account, call.part("webhook_id"))
    return ok(wire.StatusOut())


async def list_dead(call: Call) -> Answer:
    """List what could not be delivered. Not of the hosted API."""
    limit = min(call.query(wire.MessagesParams).limit or DEFAULT_PAGE, MAX_PAGE)
    return ok([delivery_out(each) for each in await webhooks.dead(call.context, call.account, limit)])


async def replay(call: Call) -> Answer:
    """Try again what could not be delivered. Not of the hosted API."""
    body = await call.body(ReplayBody)
    return await call.answer_once(
        lambda once: webhooks.replay(call.context, call.account, body.webhook, once=once), wire.AmountAnswer
    )


async def list_hosted(call: Call) -> Answer:
    """List the account's webhooks by the hosted names of what they get; one without such a name is left out."""
    return ok(hosted_out(await webhooks.list_all(call.context, call.account)))


async def add_hosted(call: Call) -> Answer:
    """Add webhooks for what `type` names; one that is there already takes the new secret."""
    given = hosted_added(await call.body(AddHostedBody))
    return await call.answer_once(
        lambda once: hosted_webhooks.add(call.context, call.notifier, call.account, given, once=once),
        lambda there: hosted_out(there, "Webhooks added successfully"),
    )


async def replace_hosted(call: Call) -> Answer:
    """Replace all webhooks that have a hosted name; one that stays takes the new secret, where one is given."""
    given = hosted_replaced(await call.body(ReplaceHostedBody))
    there = await hosted_webhooks.replace_all(call.context, call.notifier, call.account, given)
    return ok(hosted_out(there, "Webhooks updated successfully"))


async def remove_hosted(call: Call) -> Answer:
    """Remove webhooks by their URLs, for what `type` names, or for all; and what is owed to those that are gone."""
    body = await call.body(RemoveHostedBody)
    await hosted_webhooks.remove(call.context, call.account, hosted_removed(body), body.type)
    return ok(HostedRemovedAnswer())
