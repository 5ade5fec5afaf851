"""Tags are normalized to NFC, and never blank."""

from typing import Any

import httpx2
import pytest

PHONE = "+14155552671"
CONTACTS = "/api/v2/contacts"
FORMS = ("caf\u00e9", "cafe\u0301")


@pytest.mark.parametrize("written", FORMS)
@pytest.mark.parametrize("asked", FORMS)
async def test_a_tag_is_found_in_both_unicode_forms(wire: httpx2.AsyncClient, written: str, asked: str) -> None:
    """Whichever it was written in; the response has the composed one."""
    await wire.post(CONTACTS, json={"number": PHONE, "tags": [written], "custom_variables": {written: "1"}})
    [found] = (await wire.get(CONTACTS, params={"tag": asked})).json()
    assert (found["tags"], found["custom_variables"]) == ([FORMS[0]], {FORMS[0]: "1"})


async def test_a_tag_is_otherwise_compared_exactly(wire: httpx2.AsyncClient) -> None:
    """Case and white space count; without matches the listing is an empty array."""
    await wire.post(CONTACTS, json={"number": PHONE, "tags": ["vip"]})
    for other in ("VIP", "vip ", "Vip"):
        answer = await wire.get(CONTACTS, params={"tag": other})
        assert (answer.status_code, answer.json(), answer.headers.get("link")) == (200, [], None)


@pytest.mark.parametrize("blank", ["  ", "\t", "\u00a0"])
@pytest.mark.parametrize("way", ["create", "update", "bulk"])
async def test_a_blank_tag_is_refused(wire: httpx2.AsyncClient, blank: str, way: str) -> None:
    """400 naming the tag and the fix, and nothing is stored."""
    tags = ["vip", blank]
    if way == "create":
        answer = await wire.post(CONTACTS, json={"number": PHONE, "tags": tags})
    elif way == "bulk":
        answer = await wire.post(f"{CONTACTS}/bulk", json={"contacts": [{"phone": PHONE, "tags": tags}]})
    else:
        await wire.post(CONTACTS, json={"number": PHONE})
        answer = await wire.put(f"{CONTACTS}/{PHONE}", json={"tags": tags})
    assert answer.status_code == 400
    error: dict[str, Any]
    [error] = answer.json()["errors"]
    assert (error["field"], error["message"].startswith("must not be blank: ")) == ("tags[1]", True)
    assert (await wire.get(CONTACTS, params={"tag": "vip"})).json() == []
