"""Contacts: the list, the columns that it shows, and tags in its rows."""

from typing import Final
from urllib.parse import quote

from numberkeep.console.page import Page, PageRoute, Redirect, page
from numberkeep.console.pages import contacts_actions, contacts_contact
from numberkeep.console.pages.contacts_actions import shown
from numberkeep.console.pages.contacts_list import COLUMNS, COOKIE
from numberkeep.console.pages.contacts_query import ContactsQuery
from numberkeep.console.visit import Visit
from numberkeep.domain.errors import InvalidInput
from numberkeep.operations import tags
from numberkeep.wire.tags import TagBody


@page("GET", "/contacts")
async def contacts(visit: Visit) -> Page:
    """Show a page of the list."""
    data = await shown(visit) | {"editing": visit.query.get("edit", "")}
    return Page("contacts/contacts.html", data, title="Contacts", section="contacts")


@page("POST", "/contacts/columns")
async def choose_columns(visit: Visit) -> Redirect:
    """Keep which columns are shown in a cookie."""
    form = await visit.form()
    chosen = [name for name in COLUMNS if name in form.getlist("column")]
    visit.cookies.append(visit.jar.set_choice(COOKIE, "-".join(chosen or ["none"])))
    return Redirect(ContactsQuery.of(visit.query).path())


@page("POST", "/contacts/{phone}/tags", changes=True)
async def tag(visit: Visit) -> Redirect:
    """Add a tag to a contact, or remove one, and lead back to where that was."""
    form = await visit.form()
    phone = visit.path["phone"]
    added, removed = str(form.get("add", "")).strip(), str(form.get("remove", ""))
    try:
        if removed:
            done = await visit.call(tags.tag, TagBody(tag=removed, numbers=[phone], remove=True))
        else:
            done = await visit.call(tags.tag, visit.decoded({"tag": added, "numbers": [phone]}, TagBody))
        if done.not_found:
            visit.flash("This contact does not exist any more.")
            return Redirect(ContactsQuery.of(visit.query).path())
        if done.full:
            visit.flash("This contact has as many tags as a contact may have: remove one first.")
    except InvalidInput as error:
        visit.flash(f"The tag was not added: {error.fields[0].message if error.fields else error}.")
    query = ContactsQuery.of(visit.query)
    if form.get("from") == "drawer":
        return Redirect(query.path(phone))
    joint = "&" if query.text else "?"
    return Redirect(f"{query.path()}{joint}edit={quote(phone)}")


ROUTES: Final[tuple[PageRoute, ...]] = (
    contacts,
    choose_columns,
    *contacts_actions.ROUTES,
    tag,
    *contacts_contact.ROUTES,
)
