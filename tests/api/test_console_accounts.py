"""Sessions of one account neither see nor change what another account has, whatever ids they write into addresses."""

import json
import re
from typing import Any

import httpx2
import pytest

from numberkeep.console import pages
from support.api import CONTACTS, Service
from support.console import visiting

PHONE = "+14155550123"
MARK = "Zanzibar"
"""What is in every text of the account, and nowhere else."""


async def fill(wire: httpx2.AsyncClient) -> None:
    """Give an account a contact, messages, a review, a webhook with an attempt, an import and an export."""
    await wire.post(CONTACTS, json={"number": PHONE, "first_name": MARK, "tags": [MARK]})
    await wire.post("/_numberkeep/inbound", json={"from": PHONE, "content": f"please stop texting me, {MARK}"})
    await wire.post("/_numberkeep/webhooks", json={"url": f"http://127.0.0.1:9/{MARK}"})
    assert (await wire.post("/_numberkeep/webhooks/1/sample")).status_code == 200
    file = f"phone,first_name\n+14155550199,{MARK}\n"
    created = await wire.post("/_numberkeep/imports", params={"name": f"{MARK}.csv"}, content=file)
    assert created.status_code == 200
    await wire.post("/_numberkeep/actions", json={"action": "export", "numbers": [PHONE]})


async def state(wire: httpx2.AsyncClient) -> list[Any]:
    """Return what an account has."""
    names = ("webhooks", "webhooks/1/attempts", "imports", "actions", "consent/review", "messages", "conversations")
    return [(await wire.get(path)).json() for path in (CONTACTS, *(f"/_numberkeep/{name}" for name in names))]


def addresses(method: str) -> list[str]:
    """Return the addresses of pages that need a session, with the ids that the account has."""
    found = []
    for route in pages.routes():
        if route.method == method and not route.is_open and route.path != "/sign-out":
            path = route.path.replace("{phone}", PHONE)
            found += sorted({re.sub(r"\{\w+(:int)?\}", job, path) for job in ("1", "2")})
    return found


@pytest.mark.parametrize("read_only", [False, True])
async def test_nothing_of_another_account_is_seen_or_changed(service: Service, read_only: bool) -> None:  # noqa: FBT001
    """Contacts, messages, reviews, webhooks, attempts, imports, actions and their files."""
    pair = await service.new_account("other", read_only=read_only)
    fields = {"all": "1", "action": "delete", "number": PHONE, "content": "STOP", "decision": "opt-out"}
    async with service.wire() as wire, visiting(service) as visitor:
        await fill(wire)
        before = await state(wire)
        assert json.dumps(before).count(MARK) > 8
        token = await visitor.sign_in(pair)
        for path in addresses("GET"):
            if path not in {"/inbox/events", "/review/events"}:  # which have no end
                answer = await visitor.get(path)
                assert MARK not in answer.text, path
                assert answer.status_code == 404 or not path.endswith("/events"), path
        for path in addresses("POST"):
            assert MARK not in (await visitor.post(path, token, **fields)).text, path
        assert await state(wire) == before
