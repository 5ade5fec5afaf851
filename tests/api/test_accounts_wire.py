"""Authentication and isolation of accounts, over HTTP."""

from typing import Any

import httpx2
import pytest

from numberkeep.domain.identity import KeyPair
from numberkeep.service import keys
from support.api import CONTACTS, FIRST, Service

PHONE = "+14155552671"

ROUTES: list[tuple[str, str, Any]] = [
    ("GET", CONTACTS, None),
    ("POST", CONTACTS, {"number": PHONE}),
    ("DELETE", CONTACTS, {"contact_ids": [PHONE]}),
    ("GET", f"{CONTACTS}/count", None),
    ("POST", f"{CONTACTS}/verify", {"number": PHONE}),
    ("POST", f"{CONTACTS}/opt-out", {"number": PHONE}),
    ("POST", f"{CONTACTS}/bulk", {"contacts": [{"phone": PHONE}]}),
    ("GET", f"{CONTACTS}/{PHONE}", None),
    ("PUT", f"{CONTACTS}/{PHONE}", {"first_name": "Eve"}),
    ("DELETE", f"{CONTACTS}/{PHONE}", None),
    ("GET", "/_numberkeep/consent/review", None),
    ("POST", "/_numberkeep/consent/review/1", {"decision": "keep"}),
    ("GET", "/_numberkeep/messages", None),
    ("GET", "/_numberkeep/webhooks", None),
    ("POST", "/_numberkeep/webhooks", {"url": "http://127.0.0.1:9/"}),
    ("POST", "/_numberkeep/webhooks/1", {"state": "enabled"}),
    ("DELETE", "/_numberkeep/webhooks/1", None),
    ("GET", "/_numberkeep/deliveries", None),
    ("GET", "/_numberkeep/doctor", None),
    ("POST", "/_numberkeep/deliveries/replay", {}),
    ("POST", "/_numberkeep/inbound", {"from": PHONE}),
    ("GET", "/api/v2/events", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_every_route_requires_a_key(service: Service, method: str, path: str, body: Any) -> None:
    """403 without both headers, 401 for a wrong pair; an unknown id and a wrong secret get the same response."""
    async with service.wire(None) as stranger:
        answer = await stranger.request(method, path, json=body)
        assert (answer.status_code, answer.json()["message"]) == (403, "Did not get inputs for authorization")
        half = await stranger.request(method, path, json=body, headers={"sb-api-key-id": FIRST.key_id})
        assert half.status_code == 403
        answers = []
        for pair in (KeyPair("nobody", FIRST.secret), KeyPair(FIRST.key_id, "wrong")):
            headers = {"sb-api-key-id": pair.key_id, "sb-api-secret-key": pair.secret}
            answers.append(await stranger.request(method, path, json=body, headers=headers))
        for answer in answers:
            assert answer.status_code == 401
            assert answer.json()["status"] == "ERROR"
            assert answer.json()["message"] == "Invalid Credentials"


async def test_authentication_precedes_reading_the_body(service: Service) -> None:
    """An unauthenticated invalid body gets 401, not its validation errors."""
    async with service.wire(KeyPair("nobody", "x")) as stranger:
        assert (await stranger.post(CONTACTS, content=b"{")).status_code == 401


async def test_accounts_are_isolated(service: Service, wire: httpx2.AsyncClient) -> None:
    """No request of one account reads or changes another's contact, message or count."""
    await wire.post(CONTACTS, json={"number": PHONE, "first_name": "Ada", "tags": ["vip"]})
    mine = (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]
    async with service.wire(await service.new_account("other")) as other:
        assert (await other.get(CONTACTS)).json() == []
        assert (await other.get(CONTACTS, params={"tag": "vip"})).json() == []
        assert (await other.get(CONTACTS, params={"cid": mine["contact_id"]})).json() == []
        assert (await other.get(f"{CONTACTS}/count")).json() == {"count": 0}
        assert (await other.get(f"{CONTACTS}/{PHONE}")).status_code == 404
        assert (await other.put(f"{CONTACTS}/{PHONE}", json={"first_name": "Eve"})).status_code == 404
        assert (await other.delete(f"{CONTACTS}/{PHONE}")).status_code == 404
        assert (await other.request("DELETE", CONTACTS, json={"contact_ids": [PHONE]})).json()["amount"] == 0
        assert (await other.post(f"{CONTACTS}/verify", json={"number": PHONE})).status_code == 404
        await other.post(f"{CONTACTS}/opt-out", json={"number": PHONE})
        theirs = (await other.post(CONTACTS, json={"number": PHONE, "first_name": "Eve"})).json()["contact"]
        assert theirs["contact_id"] != mine["contact_id"]
        await other.post(f"{CONTACTS}/bulk", json={"contacts": [{"phone": PHONE, "last_name": "X"}]})
        await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
        assert (await other.get("/_numberkeep/messages")).json() == []
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"] == mine
    assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 1}


async def test_another_account_s_cursor_reveals_nothing(service: Service, wire: httpx2.AsyncClient) -> None:
    """A cursor is a position, not a permission."""
    for number in (PHONE, "+14155550002"):
        await wire.post(CONTACTS, json={"number": number})
    link = (await wire.get(CONTACTS, params={"limit": 1})).headers["link"]
    async with service.wire(await service.new_account("other")) as other:
        answer = await other.get(link[1:].partition(">")[0])
        assert (answer.status_code, answer.json()) == (200, [])


async def test_a_revoked_key_is_refused(service: Service) -> None:
    """Like a wrong one; the account's other keys still work."""
    pair = await service.new_account("other")
    await keys.revoke(service.context, pair.key_id)
    async with service.wire(pair) as revoked, service.wire() as first:
        assert (await revoked.get(CONTACTS)).status_code == 401
        assert (await first.get(CONTACTS)).status_code == 200
