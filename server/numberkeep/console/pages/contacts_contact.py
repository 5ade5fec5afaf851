"""One contact, beside the list: its fields, consent, verification, messages and history."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.datastructures import FormData

from numberkeep.console.page import Page, PageRoute, Redirect, page
from numberkeep.console.pages.contacts_actions import shown, undo_of
from numberkeep.console.pages.contacts_history import lines_of
from numberkeep.console.pages.contacts_list import row_of, variables_of
from numberkeep.console.pages.contacts_query import ContactsQuery
from numberkeep.console.values import number_for
from numberkeep.console.visit import Visit
from numberkeep.console.words import sentence_of
from numberkeep.domain.errors import (
    ContactExists,
    ContactNotFound,
    InvalidInput,
    RecipientOptedOut,
    ReplyUnderReview,
    VerificationTooSoon,
)
from numberkeep.domain.phone import find_phone
from numberkeep.http.request_errors import HttpError
from numberkeep.operations import actions, consent, contacts, history, messages
from numberkeep.wire.actions import ActionBody
from numberkeep.wire.answers import LimitParams
from numberkeep.wire.consent import ConsentParams, OptOutBody
from numberkeep.wire.contacts import ByNumber, ContactOut, ContactUpdate, CreateBody, NumberBody, UpdateBody
from numberkeep.wire.history import HistoryOf
from numberkeep.wire.hosted_message_requests import MessageParams

TEXTS: Final = {
    "first_name": "First name",
    "last_name": "Last name",
    "company_name": "Company",
    "assigned_to_email": "Assigned to (e-mail)",
    "sendblue_number": "Your line",
}
"""The fields that are one text, and their labels."""

_VARIABLE: Final = "variable:"
_MESSAGES: Final = 5
_EVENTS: Final = 50


@page("GET", "/contacts/new", changes=True)
async def new(visit: Visit) -> Page:
    """Show the form of a new contact."""
    return await _beside(visit, "contacts/new.html", _new_data({}), title="Add a contact")


@page("POST", "/contacts/new", changes=True)
async def create(visit: Visit) -> Page | Redirect:
    """Create a contact, and lead to it."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in ("number", *TEXTS)}
    names = [part for part in map(str.strip, str(form.get("tags", "")).split(",")) if part]
    try:
        body = visit.decoded({**given, "tags": names}, CreateBody)
        contact = (await visit.call(contacts.create, body)).contact
    except (InvalidInput, ContactExists) as error:
        exists = {"number": "A contact has this number already."}
        errors = errors_of(error) if isinstance(error, InvalidInput) else exists
        data = _new_data({**given, "tags": ", ".join(names)}, errors)
        if isinstance(error, ContactExists):
            data["existing"] = ContactsQuery.of(visit.query).path(
                find_phone(given["number"], visit.account.region) or ""
            )
        return await _beside(visit, "contacts/new.html", data, title="Add a contact", status=400)
    visit.flash("Contact added.")
    return Redirect(ContactsQuery.of(visit.query).path(contact.phone))


@page("GET", "/contacts/{phone}")
async def show(visit: Visit) -> Page:
    """Show a contact."""
    contact = await _contact(visit)
    return await _show(visit, contact, {}, {})


@page("POST", "/contacts/{phone}", changes=True)
async def save(visit: Visit) -> Page | Redirect:
    """Change the fields of a contact that the form has other values for."""
    form = await visit.form()
    contact = await _contact(visit)
    given = {name: _in_one_line(str(form[name])) for name in TEXTS if name in form}
    variables = _variables(form)
    try:
        body = visit.decoded(_changes(form, given, variables), UpdateBody)
        await visit.call(contacts.update, ContactUpdate(contact.phone, body))
    except InvalidInput as error:
        return await _show(visit, contact, given | variables, errors_of(error), status=400)
    visit.flash("Saved.")
    return Redirect(ContactsQuery.of(visit.query).path(contact.phone))


@page("POST", "/contacts/{phone}/delete", changes=True)
async def delete(visit: Visit) -> Redirect:
    """Delete a contact, with a way back."""
    query = ContactsQuery.of(visit.query)
    body = ActionBody(action="delete", numbers=[visit.path["phone"]])
    action = (await visit.call(actions.create, body)).action
    visit.flash(sentence_of(action), undo_of(action, query) if action.undoable else "")
    return Redirect(query.path())


@page("POST", "/contacts/{phone}/verify", changes=True)
async def verify(visit: Visit) -> Redirect:
    """Send a verification message."""
    try:
        await visit.call(contacts.verify, NumberBody(number=visit.path["phone"]))
        visit.flash("A verification message is on its way.")
    except (RecipientOptedOut, ReplyUnderReview, VerificationTooSoon) as error:
        visit.flash(f"No message was sent: {_reason(error)}.")
    return Redirect(ContactsQuery.of(visit.query).path(visit.path["phone"]))


@page("POST", "/contacts/{phone}/consent", changes=True)
async def set_consent(visit: Visit) -> Redirect:
    """Record that the person has opted out, or in again."""
    opted_out = (await visit.form()).get("opted_out") == "1"
    await visit.call(consent.opt_out, OptOutBody(number=visit.path["phone"], opted_out=opted_out))
    visit.flash("Opted out: no message is sent to this number." if opted_out else "Opted in again.")
    return Redirect(ContactsQuery.of(visit.query).path(visit.path["phone"]))


def errors_of(error: InvalidInput) -> dict[str, str]:
    """Return what is wrong, by field; what concerns no field is under `""`."""
    found: dict[str, str] = {} if error.fields else {"": str(error)}
    for each in error.fields:
        name = each.field.partition("[")[0].partition(".")[0]
        found.setdefault(name, f"It {each.message}.".replace("in E.164 form", "with + and the country code"))
    return found


async def _contact(visit: Visit) -> ContactOut:
    try:
        return (await visit.call(contacts.retrieve, ByNumber(visit.path["phone"]))).contact
    except ContactNotFound:
        raise HttpError(404, "There is no contact with this number. It may have been deleted.") from None


async def _show(
    visit: Visit, contact: ContactOut, given: Mapping[str, str], errors: Mapping[str, str], *, status: int = 200
) -> Page:
    phone = contact.phone
    events = await visit.call(history.list_history, HistoryOf(phone, LimitParams(limit=_EVENTS)))
    data = {
        "row": row_of(contact),
        "texts": TEXTS,
        "variables": variables_of(contact),
        "given": given,
        "errors": errors,
        "ledger": await visit.call(consent.show, ConsentParams(number=phone)),
        "verification": await visit.call(history.verification, ByNumber(phone)),
        "messages": (await visit.call(messages.list_messages, MessageParams(number=phone, limit=_MESSAGES))).data,
        "history": lines_of(events),
    }
    title = row_of(contact).name or number_for(visit.reader, phone)
    return await _beside(visit, "contacts/contact.html", data, title=title, status=status)


async def _beside(visit: Visit, drawer: str, data: Mapping[str, Any], *, title: str, status: int = 200) -> Page:
    """Return the page with something beside the list, which is read only if it is shown."""
    all_data: dict[str, Any] = {"drawer": drawer, "query": ContactsQuery.of(visit.query), "editing": "", **data}
    if visit.fragments != ("drawer-content",):
        all_data |= await shown(visit)
    return Page("contacts/contacts.html", all_data, title=title, section="contacts", status=status)


def _new_data(given: Mapping[str, str], errors: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"texts": TEXTS, "given": given, "errors": errors or {}, "existing": ""}


def _variables(form: FormData) -> dict[str, str]:
    """Return the values of custom variables in a form, under `variable:LABEL`."""
    found = {name: _in_lines(str(value)) for name, value in form.multi_items() if name.startswith(_VARIABLE)}
    label = str(form.get("new_label", "")).strip()
    if label:
        found[_VARIABLE + label] = str(form.get("new_value", ""))
    return found


def _changes(form: FormData, given: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, Any]:
    """Return what the reader has changed in a form; what others changed meanwhile stays.

    The form has the value that each field had when it was shown, under `was:NAME`. A browser changes its
    line breaks, which is no change of the reader.
    """

    def changed(values: Mapping[str, str], shown: Callable[[str], str]) -> dict[str, str]:
        return {name: value for name, value in values.items() if value != shown(str(form.get(f"was:{name}", "")))}

    changes: dict[str, Any] = changed(given, _in_one_line)
    if of_variables := changed(variables, _in_lines):
        changes["custom_variables"] = {name.removeprefix(_VARIABLE): value for name, value in of_variables.items()}
    return changes


def _in_lines(value: str) -> str:
    """Return a value as a field with several lines returns it."""
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _in_one_line(value: str) -> str:
    """Return a value as a field with one line returns it, without spaces around it."""
    return _in_lines(value).replace("\n", "").strip()


def _reason(error: Exception) -> str:
    match error:
        case RecipientOptedOut():
            return "the person has opted out"
        case VerificationTooSoon():
            return "the last one was sent a moment ago, so wait a minute"
        case _:
            return "a reply waits for a decision under Review"


ROUTES: Final[tuple[PageRoute, ...]] = (new, create, show, save, delete, verify, set_consent)
