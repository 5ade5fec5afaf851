"""`GET /_numberkeep/doctor`: the state of the service and of one account."""

from typing import Any

import httpx2

from numberkeep.service.delivering import ATTEMPTS
from support.api import CONTACTS, Service
from support.receiver import answer, receiving

DOCTOR = "/_numberkeep/doctor"
WEBHOOKS = "/_numberkeep/webhooks"
PHONE = "+14155552671"


async def examined(wire: httpx2.AsyncClient) -> dict[str, Any]:
    """Return the answer."""
    found = await wire.get(DOCTOR)
    assert found.status_code == 200, found.text
    body: dict[str, Any] = found.json()
    return body


async def test_a_new_account(wire: httpx2.AsyncClient) -> None:
    """Nothing is wrong; a database in memory has no disk."""
    found = await examined(wire)
    assert found.pop("version")
    assert found == {
        "account": "default",
        "region": "US",
        "usual_region": None,
        "sender": "log",
        "sender_lacks": [],
        "logged": False,
        "messages": {"failing": 0, "dead": 0, "error": ""},
        "callbacks": {"failing": 0, "dead": 0, "error": ""},
        "webhooks": [],
        "disk": None,
        "status": "OK",
    }


async def test_deliveries_fail_and_die(service: Service, wire: httpx2.AsyncClient) -> None:
    """They are counted for each webhook with the reason, and the receiver is not called for this answer."""
    async with receiving(answer(500)) as receiver:
        url = f"http://127.0.0.1:{receiver.port}/path?secret=hush"
        await wire.post(WEBHOOKS, json={"url": url})
        await wire.post(CONTACTS, json={"number": PHONE})
        await service.relay.turn()
        called = len(receiver.requests)
        found = await wire.get(DOCTOR)
        assert found.json()["webhooks"] == [
            {
                "id": 1,
                "host": "127.0.0.1",
                "disabled_at": None,
                "deliveries": {"failing": 1, "dead": 0, "error": "answered 500"},
                "fault": "",
            }
        ]
        assert "hush" not in found.text
        assert len(receiver.requests) == called
        for _ in range(ATTEMPTS):
            service.clock.pass_seconds(4000)
            await service.relay.turn()
    [webhook] = (await examined(wire))["webhooks"]
    assert webhook["deliveries"] == {"failing": 0, "dead": 1, "error": "answered 500"}


async def test_logged_messages_are_reported(service: Service, wire: httpx2.AsyncClient) -> None:
    """Once the sender `log` has taken one."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    assert (await examined(wire))["logged"] is False
    await service.relay.turn()
    assert (await examined(wire))["logged"] is True


async def test_an_account_sees_nothing_of_others(service: Service, wire: httpx2.AsyncClient) -> None:
    """Neither their webhooks, messages and regions, nor that they exist."""
    before = await examined(wire)
    async with receiving(answer(410)) as receiver, service.wire(await service.new_account("other")) as other:
        await other.post(WEBHOOKS, json={"url": f"http://127.0.0.1:{receiver.port}/"})
        for n in range(12):
            await other.post(CONTACTS, json={"number": f"+4479460000{n + 10}"})
        await other.post(f"{CONTACTS}/verify", json={"number": "+447946000010"})
        for _ in range(3):
            await service.relay.turn()
        theirs = await examined(other)
    assert (theirs["account"], theirs["usual_region"], theirs["logged"]) == ("other", "GB", True)
    assert theirs["webhooks"][0]["disabled_at"]
    assert await examined(wire) == before


async def test_a_url_outside_the_allowed_networks(service: Service, wire: httpx2.AsyncClient) -> None:
    """It was allowed when it was registered."""
    await wire.post(WEBHOOKS, json={"url": "http://127.0.0.1:9/"})
    service.notifier._targets._allowed = ()
    [webhook] = (await examined(wire))["webhooks"]
    assert webhook["fault"] == "127.0.0.1 is a loopback address; allow its network by NUMBERKEEP_ALLOWED_NETWORKS"


async def test_a_parameter_is_refused(wire: httpx2.AsyncClient) -> None:
    """There are none."""
    assert (await wire.get(f"{DOCTOR}?account=other")).status_code == 400
