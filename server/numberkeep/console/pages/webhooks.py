"""Webhooks: the URLs that get events, and the attempts to deliver them."""

import json
from typing import Any, Final

from numberkeep.console.following import looking
from numberkeep.console.page import Events, Page, PageRoute, Redirect, page
from numberkeep.console.pages.inbox import number_in, path_of, said
from numberkeep.console.site import ROOT
from numberkeep.console.visit import Visit
from numberkeep.domain.errors import InvalidInput, NumberkeepError, WebhookNotFound
from numberkeep.domain.webhooks.types import NAMES
from numberkeep.http.errors import problem_of
from numberkeep.operations import overview
from numberkeep.operations import webhooks as operations
from numberkeep.wire.answers import Nothing
from numberkeep.wire.attempts import AttemptOut, AttemptsOf, AttemptsParams, RetryBody
from numberkeep.wire.overview import OverviewParams
from numberkeep.wire.webhooks import ByWebhook, EnableBody, ReplayBody, WebhookBody, WebhookChange, WebhookOut

_WEBHOOKS: Final = f"{ROOT}/webhooks"
_ATTEMPTS: Final = 50


@page("GET", "/webhooks")
async def webhooks(visit: Visit) -> Page:
    """List the webhooks with their backlogs."""
    known = await visit.call(operations.list_webhooks, Nothing())
    numbers = await visit.call(overview.show, OverviewParams(days=1))
    backlogs = {each.target: each for each in numbers.deliveries}
    data = {"webhooks": [(each, backlogs.get(str(each.id))) for each in known], "count": len(known)}
    return Page("webhooks/list.html", data, title="Webhooks", section="webhooks")


@page("GET", "/webhooks/new", changes=True)
async def new(_: Visit) -> Page:
    """Ask for a URL and for types of events."""
    return _form({}, "")


@page("POST", "/webhooks", changes=True)
async def create(visit: Visit) -> Page:
    """Register a webhook and show its secret. No redirect: the secret is in no URL and no cookie."""
    form = await visit.form()
    url = str(form.get("url", "")).strip()
    types = [each for each in form.getlist("types") if isinstance(each, str)]
    try:
        made = await visit.call(operations.create, visit.decoded({"url": url, "types": types}, WebhookBody))
    except InvalidInput as error:
        return _form({"url": url, "types": types}, said(error) if url else "Write the URL.")
    return Page("webhooks/created.html", {"webhook": made.webhook}, title="New webhook", section="webhooks")


@page("GET", "/webhooks/{webhook_id:int}")
async def webhook(visit: Visit) -> Page:
    """Show a webhook and the attempts to deliver to it."""
    since, before = await _newest(visit), number_in(visit.query.get("before", ""))
    found, attempts, cursor = await _of(visit, before, _ATTEMPTS)
    numbers = await visit.call(overview.show, OverviewParams(days=1))
    backlog = next((each for each in numbers.deliveries if each.target == str(found.id)), None)
    data = {
        "webhook": found,
        "since": since,
        "attempts": attempts,
        "older": cursor or "",
        "is_first": before is None,
        "backlog": backlog,
        "path_of": path_of,
    }
    return Page("webhooks/webhook.html", data, title=f"Webhook {found.id}", section="webhooks")


@page("GET", "/webhooks/{webhook_id:int}/events")
async def events(visit: Visit) -> Events:
    """Stream that there are more attempts."""
    await _newest(visit)  # a webhook that is not there is reported before the stream begins

    async def newest() -> str | None:
        try:
            return await _newest(visit)
        except WebhookNotFound:
            return None

    return Events(looking(visit, "webhook-state attempts sections", newest))


@page("GET", "/webhooks/{webhook_id:int}/attempts/{attempt_id:int}")
async def attempt(visit: Visit) -> Page:
    """Show the request and the answer of an attempt."""
    _, attempts, _ = await _of(visit, visit.path["attempt_id"] + 1, 1)
    found = attempts[0] if attempts and attempts[0].id == visit.path["attempt_id"] else None
    data = {
        "attempt": found,
        "webhook_id": visit.path["webhook_id"],
        "body": "" if found is None else _pretty(found.request.body),
        "path_of": path_of,
    }
    return Page("webhooks/attempt.html", data, title="Attempt", section="webhooks", status=200 if found else 404)


@page("POST", "/webhooks/{webhook_id:int}/attempts/{attempt_id:int}/retry", changes=True)
async def retry(visit: Visit) -> Redirect:
    """Retry the delivery of an attempt at once."""
    webhook_id = visit.path["webhook_id"]
    try:
        await visit.call(operations.retry, RetryBody(webhook=webhook_id, attempt=visit.path["attempt_id"]))
    except NumberkeepError as error:
        known = problem_of(error)
        if known is None:
            raise
        visit.flash(f"Not retried: {known.message.removesuffix('.')}.")
    else:
        visit.flash("Retrying now.")
    return Redirect(f"{_WEBHOOKS}/{webhook_id}")


@page("POST", "/webhooks/{webhook_id:int}/replay", changes=True)
async def replay(visit: Visit) -> Redirect:
    """Retry all deliveries that exhausted their retries."""
    webhook_id = visit.path["webhook_id"]
    amount = (await visit.call(operations.replay, ReplayBody(webhook=webhook_id))).amount
    visit.flash(f"Retrying {amount:,} deliveries now.")
    return Redirect(f"{_WEBHOOKS}/{webhook_id}")


@page("POST", "/webhooks/{webhook_id:int}/sample", changes=True)
async def sample(visit: Visit) -> Redirect:
    """Send a sample."""
    webhook_id = visit.path["webhook_id"]
    sent = (await visit.call(operations.sample, ByWebhook(webhook_id))).attempt
    ended = f"It answered {sent.response.status}." if sent.response else f"It failed: {sent.error or 'no answer'}."
    visit.flash(f"A sample was sent. {ended}")
    return Redirect(f"{_WEBHOOKS}/{webhook_id}")


@page("POST", "/webhooks/{webhook_id:int}/state", changes=True)
async def change_state(visit: Visit) -> Redirect:
    """Enable or disable a webhook."""
    webhook_id = visit.path["webhook_id"]
    enables = (await visit.form()).get("state") == "enabled"
    body = EnableBody(state="enabled" if enables else "disabled")
    await visit.call(operations.enable, WebhookChange(webhook_id, body))
    visit.flash("Enabled." if enables else "Disabled: its events wait until it is enabled, and no new ones are sent.")
    return Redirect(f"{_WEBHOOKS}/{webhook_id}")


@page("GET", "/webhooks/{webhook_id:int}/delete", changes=True)
async def ask_to_delete(visit: Visit) -> Page:
    """Ask whether to delete a webhook, and say what is lost."""
    found, _, _ = await _of(visit, None, 1)
    numbers = await visit.call(overview.show, OverviewParams(days=1))
    backlog = next((each for each in numbers.deliveries if each.target == str(found.id)), None)
    data = {"webhook": found, "backlog": backlog}
    return Page("webhooks/delete.html", data, title="Delete a webhook", section="webhooks")


@page("POST", "/webhooks/{webhook_id:int}/delete", changes=True)
async def delete(visit: Visit) -> Redirect:
    """Delete a webhook."""
    await visit.call(operations.delete, ByWebhook(visit.path["webhook_id"]))
    visit.flash("The webhook was deleted, with its pending deliveries.")
    return Redirect(_WEBHOOKS)


async def _newest(visit: Visit) -> str:
    """Return what changes with the state of the webhook and with each attempt.

    Raises:
        WebhookNotFound: there is none.
    """
    found, attempts, _ = await _of(visit, None, 1)
    return " ".join([str(found.disabled_at), *(f"{each.id} {each.delivery}" for each in attempts)])


async def _of(visit: Visit, before: int | None, limit: int) -> tuple[WebhookOut, list[AttemptOut], str | None]:
    """Return the webhook of a path, a page of its attempts, and the cursor of the next page.

    Raises:
        WebhookNotFound: there is none.
    """
    webhook_id = visit.path["webhook_id"]
    known = await visit.call(operations.list_webhooks, Nothing())
    found = next((each for each in known if each.id == webhook_id), None)
    if found is None:
        raise WebhookNotFound
    listed = await visit.call(
        operations.list_attempts, AttemptsOf(webhook_id, AttemptsParams(limit=limit, cursor=before))
    )
    return found, list(listed.items), listed.cursor


def _form(given: dict[str, Any], problem: str) -> Page:
    data = {"url": "", "types": [], "names": NAMES, "problem": problem, **given}
    return Page("webhooks/new.html", data, title="New webhook", section="webhooks", status=400 if problem else 200)


def _pretty(body: str) -> str:
    """Return a JSON text on several lines; any other text as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


ROUTES: Final[tuple[PageRoute, ...]] = (
    webhooks,
    new,
    create,
    webhook,
    events,
    attempt,
    retry,
    replay,
    sample,
    change_state,
    ask_to_delete,
    delete,
)
