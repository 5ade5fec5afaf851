"""Inbox: the conversations, the messages of one of them from either side, and what is known of the person."""

import contextlib
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

import msgspec

from numberkeep.console.concluded import concluded
from numberkeep.console.following import following, position
from numberkeep.console.page import Events, Page, PageRoute, Redirect, page
from numberkeep.console.site import ROOT
from numberkeep.console.visit import Visit
from numberkeep.domain.contacts.contact import micros
from numberkeep.domain.errors import ContactExists, InvalidInput, NumberkeepError
from numberkeep.domain.event import Event
from numberkeep.domain.phone import find_phone, parse_phone
from numberkeep.http.errors import problem_of
from numberkeep.operations import contacts, conversations, messages, reviews
from numberkeep.service.conversations import why_not_simulated
from numberkeep.wire.contacts import CreateBody, NumberBody
from numberkeep.wire.conversations import (
    ConversationsParams,
    ReplyBody,
    SimulatedReply,
    ThreadOf,
    ThreadOut,
    ThreadParams,
)
from numberkeep.wire.hosted_message_requests import SendBody
from numberkeep.wire.reviews import DecideBody, ReviewDecision

_INBOX: Final = f"{ROOT}/inbox"
_CONVERSATIONS: Final = 50
_MESSAGES: Final = 100
_EVERY: Final = "conversations thread person sections"
_LISTED: Final = ("message.", "consent.", "verification.", "contact.")
QUICK: Final = ("yes", "STOP", "START", "HELP", "wrong number")
"""What the simulated phone answers with one press."""
NOBODY: Final = "+14155550123"
"""A fictitious number, to try the simulated phone with."""


@page("GET", "/inbox")
async def inbox(visit: Visit) -> Page:
    """List the conversations."""
    return await _page(visit)


@page("GET", "/inbox/open")
async def find(visit: Visit) -> Page | Redirect:
    """Go to the conversation of a number that somebody has written."""
    written = visit.query.get("number", "").strip()
    try:
        phone = parse_phone(written, visit.account.region, field="number")
    except InvalidInput as error:
        problem = said(error) if written else "Write a number."
        return await _page(visit, status=400, problem=problem, written=written)
    return Redirect(path_of(phone))


@page("GET", "/inbox/events")
async def events(visit: Visit) -> Events:
    """Stream what has changed in the list, and in the conversation that is open."""
    phone = visit.query.get("number", "")

    def fragments_of(batch: Sequence[Event]) -> str:
        shown = [event for event in batch if event.type.value.startswith(_LISTED)]
        if any(event.phone == phone for event in shown):
            return _EVERY
        return "conversations sections" if shown else ""

    return Events(following(visit, _EVERY if phone else "conversations sections", fragments_of))


@page("GET", "/inbox/{phone}")
async def conversation(visit: Visit) -> Page:
    """Show a conversation."""
    return await _page(visit)


@page("POST", "/inbox/{phone}/send", changes=True)
async def send(visit: Visit) -> Page | Redirect:
    """Send a message as the account."""
    content = await _text(visit)
    try:
        body = visit.decoded({"number": visit.path["phone"], "content": content}, SendBody)
        sent = await visit.call(messages.send, body)
    except InvalidInput as error:
        return await _page(visit, status=400, problem=said(error), written=content)
    if sent.status == "ERROR":
        visit.flash(f"Not sent: {sent.error_message or 'the recipient has opted out'}.")
    return Redirect(path_of(visit.path["phone"]))


@page("POST", "/inbox/{phone}/reply", changes=True)
async def reply(visit: Visit) -> Page | Redirect:
    """Write as the person."""
    content = await _text(visit)
    try:
        body = visit.decoded({"content": content}, ReplyBody)
        await visit.call(conversations.simulate, SimulatedReply(visit.path["phone"], body))
    except NumberkeepError as error:
        known = problem_of(error)
        if known is None:
            raise
        return await _page(visit, status=known.status, problem=known.message, written=content, as_person=True)
    return Redirect(f"{path_of(visit.path['phone'])}?as=person")


@page("POST", "/inbox/{phone}/add", changes=True)
async def add(visit: Visit) -> Redirect:
    """Make the person a contact."""
    phone = visit.path["phone"]
    with contextlib.suppress(ContactExists):  # somebody was quicker
        await visit.call(contacts.create, CreateBody(number=phone))
    return _back(visit, phone)


@page("POST", "/inbox/{phone}/verify", changes=True)
async def verify(visit: Visit) -> Redirect:
    """Send the verification question."""
    phone = visit.path["phone"]
    try:
        await visit.call(contacts.verify, NumberBody(number=phone))
    except NumberkeepError as error:
        known = problem_of(error)
        if known is None:
            raise
        visit.flash(f"Not asked: {known.message}")
    return _back(visit, phone)


@page("POST", "/inbox/{phone}/reviews/{review_id:int}", changes=True)
async def decide(visit: Visit) -> Redirect:
    """Decide what an unclear reply of the person means."""
    form = await visit.form()
    opts_out = form.get("decision") == "opt-out"
    body = DecideBody(decision="opt-out" if opts_out else "keep")
    await visit.call(reviews.decide, ReviewDecision(visit.path["review_id"], body))
    visit.flash("Opted out." if opts_out else "Kept: nothing was changed.")
    return _back(visit, visit.path["phone"])


def path_of(phone: str) -> str:
    """Return the path of a number's conversation."""
    return f"{_INBOX}/{quote(phone, safe='+@')}"


def said(error: InvalidInput) -> str:
    """Return what is wrong with a form, in a sentence."""
    if not error.fields:
        return str(error)
    return f"The {error.fields[0].field} {error.fields[0].message}."


def _back(visit: Visit, phone: str) -> Redirect:
    return Redirect(path_of(phone) + ("?as=person" if visit.query.get("as") == "person" else ""))


async def _text(visit: Visit) -> str:
    content = (await visit.form()).get("content", "")
    return content.strip() if isinstance(content, str) else ""


async def _thread(visit: Visit) -> ThreadOut:
    params = ThreadParams(limit=_MESSAGES, cursor=number_in(visit.query.get("earlier", "")))
    return await visit.call(conversations.show, ThreadOf(visit.path["phone"], params))


def number_in(text: str) -> int | None:
    """Return the number in a query; None if there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 and int(text) else None  # noqa: PLR2004


async def _page(
    visit: Visit,
    *,
    status: int = 200,
    problem: str = "",
    written: str = "",
    as_person: bool | None = None,
) -> Page:
    since = await position(visit)
    thread = await _thread(visit) if "phone" in visit.path else None
    before = number_in(visit.query.get("before", ""))
    listed = await visit.call(
        conversations.list_conversations, ConversationsParams(limit=_CONVERSATIONS, cursor=before)
    )
    now = visit.context.clock.now()
    why = why_not_simulated(visit.context)
    is_phone = thread is not None and find_phone(thread.number, visit.account.region) is not None
    wants_person = visit.query.get("as") == "person" if as_person is None else as_person
    data: dict[str, Any] = {
        "conversations": listed.items,
        "older": listed.cursor or "",
        "is_first": before is None,
        "since": since,
        "thread": thread,
        "shown": [] if thread is None else _shown(thread),
        "tags": _tags(thread),
        "is_phone": is_phone,
        "as_person": wants_person and is_phone and not why,
        "wants_person": wants_person,
        "why_not": why,
        "quick": QUICK,
        "nobody": NOBODY,
        "problem": problem,
        "written": written,
        "path_of": path_of,
        "pending": thread is not None and _pending(thread, now),
    }
    return Page("inbox/inbox.html", data, title="Inbox", section="inbox", status=status)


def _shown(thread: ThreadOut) -> list[tuple[Any, Any]]:
    """Return the messages, oldest first, each with what was concluded from it."""
    return [
        (each, None if each.conclusion is None else concluded(each.conclusion)) for each in reversed(thread.messages)
    ]


def _tags(thread: ThreadOut | None) -> list[str]:
    """Return the tags of the person; a contact that was read has them as JSON."""
    tags: object = [] if thread is None or thread.contact is None else thread.contact.tags
    return (
        msgspec.json.decode(tags, type=list[str]) if isinstance(tags, msgspec.Raw) else msgspec.convert(tags, list[str])
    )


def _pending(thread: ThreadOut, now: int) -> bool:
    verification = thread.verification
    return verification is not None and verification.pending and micros(verification.expires_at) > now


ROUTES: Final[tuple[PageRoute, ...]] = (inbox, find, events, conversation, send, reply, add, verify, decide)
