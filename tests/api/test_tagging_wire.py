"""Adding a tag to contacts and removing it, over HTTP."""

import asyncio
from typing import Any

import httpx2
import pytest

CONTACTS = "/api/v2/contacts"
TAGS = "/_numberkeep/tags"


async def tags_of(wire: httpx2.AsyncClient, number: str) -> list[str]:
    """Return the tags of a contact."""
    tags: list[str] = (await wire.get(f"{CONTACTS}/{number}")).json()["contact"]["tags"]
    return tags


async def test_a_tag_is_added_and_removed(wire: httpx2.AsyncClient) -> None:
    """Numbers may be written in any way; unknown ones and those that are none are reported by their index."""
    await wire.post(f"{CONTACTS}/bulk", json={"contacts": [{"phone": "+14155550001", "tags": ["a"]}]})
    await wire.post(CONTACTS, json={"number": "+14155550002", "tags": ["caf\u00e9"]})
    numbers = ["nobody", "(415) 555-0001", "+14155550009", "+14155550002", "+14155550001"]
    answer = await wire.post(TAGS, json={"tag": "cafe\u0301", "numbers": numbers})
    assert answer.json() == {"changed": 1, "unchanged": 1, "not_found": [0, 2], "full": [], "status": "OK"}
    assert await tags_of(wire, "+14155550001") == ["a", "caf\u00e9"]
    answer = await wire.post(TAGS, json={"tag": "a", "numbers": numbers[1:2], "remove": True})
    assert answer.json() == {"changed": 1, "unchanged": 0, "not_found": [], "full": [], "status": "OK"}
    assert await tags_of(wire, "+14155550001") == ["caf\u00e9"]


async def test_tags_that_are_added_at_once_are_all_there(wire: httpx2.AsyncClient) -> None:
    """No request reads the tags and writes them back."""
    await wire.post(CONTACTS, json={"number": "+14155550001"})
    names = [str(n) for n in range(30)]
    bodies = [{"tag": name, "numbers": ["+14155550001"]} for name in names]
    await asyncio.gather(*(wire.post(TAGS, json=body) for body in bodies))
    assert sorted(await tags_of(wire, "+14155550001")) == sorted(names)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"numbers": ["+14155550001"]}, "tag"),
        ({"tag": "a"}, "numbers"),
        ({"tag": "a", "numbers": []}, "numbers"),
        ({"tag": "", "numbers": ["+14155550001"]}, "tag"),
        ({"tag": " ", "numbers": ["+14155550001"]}, "tag"),
        ({"tag": "x" * 101, "numbers": ["+14155550001"]}, "tag"),
        ({"tag": "a", "numbers": ["+14155550001"] * 10_001}, "numbers"),
        ({"tag": "a", "numbers": ["+14155550001"], "removed": True}, "removed"),
    ],
)
async def test_bad_input_names_the_field(wire: httpx2.AsyncClient, body: dict[str, Any], field: str) -> None:
    """400, and nothing is changed."""
    await wire.post(CONTACTS, json={"number": "+14155550001"})
    answer = await wire.post(TAGS, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert await tags_of(wire, "+14155550001") == []
