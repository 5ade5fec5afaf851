"""Addresses and forms that no page of the console has: each gets a page, and none fails unexpectedly."""

import re
from collections.abc import AsyncIterator

import pytest

from numberkeep.console import pages
from support.api import CONTACTS, Service
from support.console import Visitor, visiting

HUGE = "9" * 30
ARGUMENTS = (HUGE, str(2**63 - 1), "0", "%00", "%2B14155550123", "a%2Fb", "%F0%9F%98%80", "%ff", "'\"<b>", "x" * 3000)
QUERIES = (
    "q=%00",
    "q=%ff",
    f"q={'%F0%9F%98%80' * 200}",
    f"tag={'x' * 101}",
    "tag=%00",
    "after=xyz",
    f"before={HUGE}",
    f"after={HUGE}",
    f"earlier={HUGE}",
    f"cursor={HUGE}",
    "cursor=%D9%A3",
    "number=%00",
    f"number={HUGE}",
    "since=2026-99-99&until=0001-01-01",
    "since=9999-12-31&until=9999-12-31",
    "days=-1",
    "state=%00&order=%00&direction=%00",
    "format=%00&for=%00",
    f"edit={'x' * 3000}",
    "next=%0d%0a",
    "token=1.1.%ff",
)


@pytest.fixture
async def visitor(service: Service) -> AsyncIterator[Visitor]:
    """Return somebody who has signed in, with a contact, a webhook and an action."""
    async with service.wire() as wire, visiting(service) as visitor:
        await wire.post(CONTACTS, json={"number": "+14155550123"})
        await wire.post("/_numberkeep/inbound", json={"from": "+14155550123", "content": "please stop texting me"})
        await wire.post("/_numberkeep/webhooks", json={"url": "http://127.0.0.1:9/hook"})
        await wire.post("/_numberkeep/actions", json={"action": "tag", "tag": "a", "numbers": ["+14155550123"]})
        yield visitor


def filled(path: str, argument: str, places: int = 0) -> str:
    """Return the path of a route with an argument in its first places; 0 stands for all of them."""
    return re.sub(r"\{.*?\}", lambda _: argument, path, count=places)


def paths(method: str) -> list[str]:
    """Return the paths of a method with every argument in each of their places."""
    found: list[str] = []
    for route in pages.routes():
        if route.method == method and not route.path.endswith("/events"):
            for argument in ARGUMENTS if "{" in route.path else ("",):
                found += {filled(route.path, argument), filled(filled(route.path, "1", 1), argument)}
    return found


async def test_every_address_gets_a_page(visitor: Visitor) -> None:
    """Whatever stands for an argument."""
    await visitor.sign_in()
    for path in paths("GET"):
        answer = await visitor.get(path)
        assert answer.status_code < 500, (path, answer.text)


async def test_every_query_gets_a_page(visitor: Visitor) -> None:
    """On each page."""
    await visitor.sign_in()
    found = {path for path in paths("GET") if all(argument not in path for argument in ARGUMENTS)}
    for path in (*found, "/inbox/+14155550123", "/contacts/+14155550123", "/webhooks/1"):
        for query in QUERIES:
            answer = await visitor.get(f"{path}?{query}")
            assert answer.status_code < 500, (path, query, answer.text)


async def test_a_message_is_checked_as_over_http(visitor: Visitor) -> None:
    """Neither the account's nor the person's may be longer than a message can be."""
    token = await visitor.sign_in()
    for path in ("/inbox/+14155550123/send", "/inbox/+14155550123/reply"):
        answer = await visitor.post(path, token, content="x" * 20_001)
        assert (answer.status_code, "at most 20000 characters" in answer.text) == (400, True), answer.text


async def test_every_form_gets_a_page(visitor: Visitor) -> None:
    """Without its fields, and with values that its page cannot send."""
    token = await visitor.sign_in()
    texts = dict.fromkeys(("content", "url", "tag", "add", "remove", "first_name", "new_label", "new_value"), "\x00")
    for fields in ({}, texts, {"action": "delete", "number": "\0"}, {"action": "x", "all": "1", "decision": "x"}):
        for path in paths("POST"):
            if path not in {"/sign-out", "/keys/%2B14155550123/revoke"}:
                answer = await visitor.post(path, token, **fields)
                assert answer.status_code < 500, (path, fields, answer.text)
