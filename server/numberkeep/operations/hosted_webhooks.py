"""Operations on webhooks as the hosted service's route `/api/account/webhooks` has them."""

from numberkeep.domain.errors import InvalidInput
from numberkeep.operations.operation import Call, operation
from numberkeep.service import hosted_webhooks, webhooks
from numberkeep.wire.answers import Nothing
from numberkeep.wire.hosted_webhooks import (
    AddHostedBody,
    HostedRemovedAnswer,
    HostedWebhooksAnswer,
    RemoveHostedBody,
    ReplaceHostedBody,
    hosted_added,
    hosted_message,
    hosted_out,
    hosted_removed,
    hosted_replaced,
)


@operation("hosted_webhooks.list", reads=True)
async def list_hosted(call: Call, _: Nothing) -> HostedWebhooksAnswer:
    """List the account's webhooks by the hosted names of what they get; those without such a name are left out."""
    return hosted_out(await webhooks.list_all(call.context, call.account))


@operation("hosted_webhooks.add", InvalidInput)
async def add(call: Call, given: AddHostedBody) -> HostedWebhooksAnswer:
    """Add webhooks for the events of `type`; an existing one takes the new secret."""
    added = hosted_added(given)
    return await call.once(
        lambda once: hosted_webhooks.add(call.context, call.notifier, call.account, added, once=once),
        lambda there: hosted_out(there, hosted_message("Webhooks added successfully", added)),
    )


@operation("hosted_webhooks.replace", InvalidInput)
async def replace(call: Call, given: ReplaceHostedBody) -> HostedWebhooksAnswer:
    """Replace all webhooks that have a hosted name; one that stays takes the new secret if one is given."""
    replaced = hosted_replaced(given)
    there = await hosted_webhooks.replace_all(call.context, call.notifier, call.account, replaced)
    return hosted_out(there, hosted_message("Webhooks updated successfully", replaced))


@operation("hosted_webhooks.remove", InvalidInput)
async def remove(call: Call, given: RemoveHostedBody) -> HostedRemovedAnswer:
    """Remove webhooks by their URLs, for the events of `type` or for all, with their pending deliveries."""
    await hosted_webhooks.remove(call.context, call.account, hosted_removed(given), given.type)
    return HostedRemovedAnswer()
