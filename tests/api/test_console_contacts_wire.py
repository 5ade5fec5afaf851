"""The forms of contacts in the console, as browsers without scripts send them."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from support.api import URL, Service
from support.console import Visitor, visiting

NUMBER = "+14155550101"


@pytest.fixture
async def visitor(service: Service) -> AsyncIterator[Visitor]:
    """Return somebody who has not signed in."""
    async with visiting(service) as visitor:
        yield visitor


async def test_why_nothing_was_done_is_reported(visitor: Visitor) -> None:
    """By the next page, or to a script, which leaves the page as it is."""
    token = await visitor.sign_in()
    refused = await visitor.post("/contacts/actions?tag=a", token, action="tag", number=NUMBER, tag=" ")
    assert (refused.status_code, refused.headers["location"]) == (303, "/console/contacts?tag=a")
    assert "Nothing was done: the tag " in (await visitor.get("/contacts")).text
    data = {"form_token": token, "action": "delete"}
    headers = {"origin": URL, "x-fragment": "work list total"}
    refused = await visitor.client.post("/console/contacts/actions", data=data, headers=headers)
    assert (refused.status_code, refused.text) == (400, "Nothing was done, because no contact is selected.")


async def test_lines_that_a_form_returns_in_its_own_way_are_no_change(
    wire: httpx2.AsyncClient, visitor: Visitor
) -> None:
    """Forms end lines with CR and LF, and have none in fields of one line."""
    values = {"custom_variables": {"note": "a\nb"}, "company_name": "A\nB "}
    (await wire.post("/api/v2/contacts", json={"number": NUMBER, **values})).raise_for_status()
    fields = {
        "was:company_name": "A\r\nB ",
        "company_name": "AB ",
        "was:variable:note": "a\r\nb",
        "variable:note": "a\r\nb",
        "was:first_name": "",
        "first_name": "Ada",
    }
    answer = await visitor.post(f"/contacts/{NUMBER}", await visitor.sign_in(), **fields)
    assert answer.status_code == 303
    contact = (await wire.get(f"/api/v2/contacts/{NUMBER}")).json()["contact"]
    assert {name: contact[name] for name in values} == values
    assert contact["first_name"] == "Ada"


async def test_a_number_that_is_taken_leads_to_its_contact(wire: httpx2.AsyncClient, visitor: Visitor) -> None:
    """However it was written."""
    (await wire.post("/api/v2/contacts", json={"number": NUMBER})).raise_for_status()
    answer = await visitor.post("/contacts/new?q=x", await visitor.sign_in(), number="(415) 555-0101")
    assert answer.status_code == 400
    assert f'href="/console/contacts/{NUMBER}?q=x"' in answer.text
