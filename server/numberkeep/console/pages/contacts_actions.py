"""Actions on many contacts: start one, follow it, undo it, and take the file of an export."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from numberkeep.console.page import Events, Page, PageRoute, Redirect, Text, page
from numberkeep.console.pages.contacts_list import contact_list
from numberkeep.console.pages.contacts_query import ContactsQuery
from numberkeep.console.site import ROOT
from numberkeep.console.visit import Visit
from numberkeep.console.words import sentence_of
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.jobs.errors import JobConflict, TooManyUploads
from numberkeep.operations import actions
from numberkeep.operations.operation import Download
from numberkeep.wire.actions import ActionBody, ActionOut, ActionsParams, ByAction

_ACTIONS: Final = f"{ROOT}/actions"
_LOOK_SECONDS: Final = 0.4
_SHOWN_FOR: Final = timedelta(minutes=2)
"""How long the list of contacts shows an action that has ended."""


async def shown(visit: Visit) -> dict[str, Any]:
    """Return what the list of contacts and the actions on it show."""
    return {"list": await contact_list(visit), "work": await _work(visit), "most_selected": actions.AT_ONCE}


async def _work(visit: Visit) -> Sequence[ActionOut]:
    """Return the actions under way, and long ones that ended just now."""
    found = await visit.call(actions.list_actions, ActionsParams(limit=5))
    now = datetime.fromtimestamp(visit.context.clock.now() / 1_000_000, UTC)
    return [
        each
        for each in found.items
        if each.status == "running" or (each.total > actions.AT_ONCE and now - each.updated_at < _SHOWN_FOR)
    ]


@page("POST", "/contacts/actions", changes=True)
async def act(visit: Visit) -> Redirect | Text:
    """Start an action on the contacts that are selected, or on all that match."""
    form = await visit.form()
    query = ContactsQuery.of(visit.query)
    numbers = [str(number) for number in form.getlist("number")]
    everything = form.get("all") == "1"
    if not numbers and not everything:
        return _refused(visit, query, "Nothing was done, because no contact is selected.")
    body: dict[str, Any] = {"action": form.get("action")}
    if body["action"] in {"tag", "untag"}:
        body["tag"] = str(form.get("tag", "")).strip()
    body |= {"matching": query.conditions(visit.zone)} if everything else {"numbers": numbers}
    try:
        action = (await visit.call(actions.create, visit.decoded(body, ActionBody))).action
    except (InvalidInput, TooManyUploads) as error:
        fields = error.fields if isinstance(error, InvalidInput) else ()
        reason = f"the {fields[0].field} {fields[0].message}" if fields else str(error)
        return _refused(visit, query, f"Nothing was done: {reason}.")
    if action.status != "running":
        if action.action == "export" and action.status == "done":
            return Redirect(f"{_ACTIONS}/{action.id}/file")
        visit.flash(sentence_of(action), undo_of(action, query) if action.undoable else "")
    return Redirect((query.first if action.action == "delete" else query).path())


@page("GET", "/actions")
async def list_actions(visit: Visit) -> Page:
    """Show the last actions, to undo them."""
    found = await visit.call(actions.list_actions, ActionsParams(limit=100))
    return Page("contacts/actions.html", {"actions": found.items}, title="Actions", section="contacts")


@page("POST", "/actions/{action_id:int}/undo", changes=True)
async def undo(visit: Visit) -> Redirect:
    """Undo an action, and lead to the list that it was started from."""
    try:
        action = (await visit.call(actions.undo, ByAction(visit.path["action_id"]))).action
        if action.status != "running":
            visit.flash(sentence_of(action))
    except JobConflict as error:
        visit.flash(f"{error}.")
    return Redirect(ContactsQuery.of(visit.query).first.path())


@page("GET", "/actions/{action_id:int}/file")
async def file(visit: Visit) -> Download:
    """Return the file of an export."""
    return await visit.call(actions.file, ByAction(visit.path["action_id"]))


@page("GET", "/actions/{action_id:int}/events")
async def events(visit: Visit) -> Events:
    """Name what has changed while an action goes on."""
    given = ByAction(visit.path["action_id"])
    await visit.call(actions.retrieve, given)  # one that is not there is reported before the stream begins
    return Events(_progress(visit, given))


def _refused(visit: Visit, query: ContactsQuery, reason: str) -> Redirect | Text:
    """Report why nothing was done; scripts leave the page as it is, with the selection."""
    if visit.is_swap:
        return Text(reason.encode(), status=400)
    visit.flash(reason)
    return Redirect(query.path())


async def _progress(visit: Visit, given: ByAction) -> AsyncGenerator[str, None]:
    before = -1
    while True:
        action = (await visit.call(actions.retrieve, given)).action
        if action.done != before or action.status != "running":
            before = action.done
            yield "work"
        if action.status != "running":
            return
        await asyncio.sleep(_LOOK_SECONDS)


def undo_of(action: ActionOut, query: ContactsQuery) -> str:
    """Return the path of the form that undoes an action."""
    return f"{_ACTIONS}/{action.id}/undo{query.first.text}"


ROUTES: Final[tuple[PageRoute, ...]] = (act, list_actions, undo, file, events)
