"""Contacts in the console over HTTP: what a form changes, and what it leaves."""

from collections.abc import AsyncIterator

import pytest

from support.api import CONTACTS, Service
from support.console import Visitor, visiting

PHONE = "+14155550123"


@pytest.fixture
async def visitor(service: Service) -> AsyncIterator[Visitor]:
    """Return somebody who has not signed in."""
    async with visiting(service) as visitor:
        yield visitor


async def test_a_value_of_several_lines_survives_a_change_of_another_field(service: Service, visitor: Visitor) -> None:
    """A browser changes line breaks, and leaves them out of a field of one line: that is no change by the reader."""
    async with service.wire() as wire:
        contact = {
            "number": PHONE,
            "company_name": "A\nB",
            "custom_variables": {"note": "first\nsecond", "plan": "free"},
        }
        assert (await wire.post(CONTACTS, json=contact)).status_code == 200
        token = await visitor.sign_in()
        await visitor.post(
            f"/contacts/{PHONE}",
            token,
            **{
                "first_name": "Ada",
                "was:first_name": "",
                "company_name": "AB",
                "was:company_name": "A\r\nB",
                "variable:note": "first\r\nsecond",
                "was:variable:note": "first\nsecond",
                "variable:plan": "pro",
                "was:variable:plan": "free",
            },
        )
        [found] = (await wire.get(CONTACTS)).json()
    assert (found["first_name"], found["company_name"]) == ("Ada", "A\nB")
    assert found["custom_variables"] == {"note": "first\nsecond", "plan": "pro"}


async def test_masked_numbers_are_masked_in_titles_and_reports(service: Service, visitor: Visitor) -> None:
    """The title of a contact without a name, and the sentence after a decision."""
    async with service.wire() as wire:
        await wire.post(CONTACTS, json={"number": PHONE})
        await wire.post("/_numberkeep/inbound", json={"from": PHONE, "content": "please stop texting me"})
    token = await visitor.sign_in()
    await visitor.post("/preferences", token, masked="1")
    title = (await visitor.get(f"/contacts/{PHONE}")).text.partition("<title>")[2].partition("</title>")[0]
    await visitor.post("/review/1", token, decision="keep")
    toast = (await visitor.get("/keys")).text.partition("data-toast>")[2].partition("</div>")[0]
    assert "was kept" in toast
    for text in (title, toast):
        assert "0123" in text
        assert "555" not in text
