"""Monitoring over HTTP: /health/ready and /metrics."""

import asyncio
import logging
import re
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from numberkeep import __version__
from numberkeep.domain.errors import StoreDamaged, StoreFull, StoreUnavailable
from numberkeep.domain.outbox.delivery import Backlog
from numberkeep.service import backlog
from numberkeep.service.delivering import ATTEMPTS
from numberkeep.store.queries import GetBacklog
from support.api import CONTACTS, Service
from support.faults import Reader, fail_reads, wrap_reads
from support.receiver import OK, answer, receiving

PHONE = "+14155552671"
READY = "/health/ready"


async def outbox(wire: httpx2.AsyncClient) -> Any:
    """Return the outbox in the readiness response."""
    ready = await wire.get(READY)
    assert (ready.status_code, ready.json()["status"]) == (200, "OK")
    return ready.json()["outbox"]


async def numbers(wire: httpx2.AsyncClient) -> dict[str, float]:
    """Return every sample of the metrics, by its name and its labels except the process."""
    page = await wire.get("/metrics")
    assert page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        " ".join([sample.name, *(sample.labels[name] for name in ("channel", "outcome") if name in sample.labels)]): (
            sample.value
        )
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
        if not sample.name.startswith("numberkeep_request_")
    }


async def requests(wire: httpx2.AsyncClient) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the number of requests and their seconds, by operation and status."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for family in text_string_to_metric_families((await wire.get("/metrics")).text):
        for sample in family.samples:
            if sample.name.startswith("numberkeep_request_duration_seconds") and "le" not in sample.labels:
                of_one = found.setdefault((sample.labels["operation"], sample.labels["status"]), {})
                of_one[sample.name.rpartition("_")[2]] = sample.value
    return {key: (each["count"], each["sum"]) for key, each in found.items()}


async def test_a_backlog_has_an_age(service: Service, wire: httpx2.AsyncClient) -> None:
    """Both show, without a key, the pending deliveries of all accounts, the age of the oldest, and the dead ones."""
    async with service.wire(None) as operator, receiving(*[answer(500)] * ATTEMPTS, OK) as receiver:
        assert await outbox(operator) == {"waiting": 0, "oldest_seconds": 0.0, "dead": 0}
        await wire.post("/_numberkeep/webhooks", json={"url": f"http://127.0.0.1:{receiver.port}/"})
        await wire.post(CONTACTS, json={"number": PHONE})
        service.clock.pass_seconds(90)
        async with service.wire(await service.new_account("other")) as other:
            await other.post(CONTACTS, json={"number": PHONE})
            await other.post(f"{CONTACTS}/verify", json={"number": PHONE})
        service.clock.pass_seconds(10)
        shown = await outbox(operator)
        assert (shown["waiting"], shown["dead"]) == (2, 0)
        assert 99.9 <= shown["oldest_seconds"] < 100.1
        told = await numbers(operator)
        assert (told["numberkeep_outbox_waiting"], told["numberkeep_outbox_dead"]) == (2, 0)
        assert 99.9 <= told["numberkeep_outbox_oldest_seconds"] < 100.1
        for _ in range(ATTEMPTS):
            await service.relay.turn()
            service.clock.pass_seconds(3700)
        assert await outbox(operator) == {"waiting": 0, "oldest_seconds": 0.0, "dead": 1}
        await wire.put(f"{CONTACTS}/{PHONE}", json={"last_name": "x"})
        await service.relay.turn()
        told = await numbers(operator)
    assert 0 <= told.pop("numberkeep_search_unindexed") <= 2, "contacts were written"
    assert told == {
        "numberkeep_outbox_waiting": 0,
        "numberkeep_outbox_oldest_seconds": 0,
        "numberkeep_outbox_dead": 1,
        "numberkeep_reviews_open": 0,
        "numberkeep_reviews_overdue": 0,
        "numberkeep_unreachable_nodes": 0,
        "numberkeep_deliveries_total sender delivered": 1,
        "numberkeep_deliveries_total webhook dead": 1,
        "numberkeep_deliveries_total webhook delivered": 1,
        "numberkeep_deliveries_total webhook failed": ATTEMPTS - 1,
    }


async def test_damage_and_a_full_disk_are_named(
    service: Service, wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readiness and requests say what the operator has to do; a client need not retry a damaged database."""
    for error, said, retry in (
        (StoreDamaged("malformed"), "run `numberkeep check`", ("false", None)),
        (StoreFull("full"), "free space", (None, "5")),
    ):
        fail_reads(monkeypatch, service.context.store, error)
        for failed in (await wire.get(READY), await wire.get(f"{CONTACTS}/count")):
            assert failed.status_code == 503
            assert said in failed.json()["message"]
            assert (failed.headers.get("x-should-retry"), failed.headers.get("retry-after")) == retry


async def test_requests_are_counted_and_timed(wire: httpx2.AsyncClient) -> None:
    """By operation and status, whatever the path; a path that nothing answers is `none`."""
    for path in (f"{CONTACTS}/+1415", f"{CONTACTS}/{PHONE}", "/Ada", "/Lovelace", READY):
        await wire.get(path)
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(CONTACTS, content=b"{")
    await wire.delete(READY)
    counted = await requests(wire)
    assert {key: count for key, (count, _) in counted.items()} == {
        ("contacts.retrieve", "404"): 2,
        ("contacts.create", "200"): 1,
        ("contacts.create", "400"): 1,
        ("health.ready", "200"): 1,
        ("none", "404"): 2,
        ("none", "405"): 1,
    }
    assert all(0 < seconds < 60 for _, seconds in counted.values())


async def test_the_access_log_names_operations_and_no_contacts(
    wire: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """One line a request at level info, whatever its path, its query and its method contain."""
    caplog.set_level(logging.INFO, "numberkeep.access")
    await wire.get(f"{CONTACTS}/{PHONE}?x=Ada", headers={"x-request-id": "r1"})
    await wire.request("LOVELACE", "/Ada", headers={"x-request-id": "r2"})
    lines = [record.getMessage() for record in caplog.records if record.name == "numberkeep.access"]
    assert [re.sub(r"[0-9.]+ ms", "1 ms", line) for line in lines] == [
        "GET contacts.retrieve: 400 in 1 ms, request r1",
        "OTHER none: 404 in 1 ms, request r2",
    ]


async def test_the_end_of_an_outage_is_logged(
    service: Service, wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By the first request that the store answers; what needs no store does not show it."""
    outage_now = 100.0
    monkeypatch.setattr(service.application._outage, "_now", lambda: outage_now)
    with monkeypatch.context() as failing:
        fail_reads(failing, service.context.store, StoreUnavailable("gone"))
        await wire.get(f"{CONTACTS}/count")
        outage_now += 3
        await wire.get(f"{CONTACTS}/count")
    caplog.clear()
    caplog.set_level(logging.WARNING)
    for path in (f"{CONTACTS}/count", "/health/live"):  # a moment after the last failure, and without the store
        await wire.get(path)
        outage_now += 2
    assert not caplog.messages
    for _ in range(2):
        await wire.get(f"{CONTACTS}/count")
    assert caplog.messages == ["the store is back: requests failed for 3 s"]


async def test_the_age_counts_from_the_time_of_enqueuing(service: Service, wire: httpx2.AsyncClient) -> None:
    """It increases across attempts, and failures are counted."""
    async with receiving(answer(500)) as receiver:
        await wire.post("/_numberkeep/webhooks", json={"url": f"http://127.0.0.1:{receiver.port}/"})
        await wire.post(CONTACTS, json={"number": PHONE})
        await service.relay.turn()
        service.clock.pass_seconds(3)
        assert 2.9 <= (await outbox(wire))["oldest_seconds"] < 3.1
        assert (await numbers(wire))["numberkeep_deliveries_total webhook failed"] == 1


async def test_no_account_data_is_exposed(service: Service, wire: httpx2.AsyncClient) -> None:
    """Neither numbers nor names of contacts or accounts."""
    await wire.post(CONTACTS, json={"number": PHONE, "first_name": "Ada"})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    await service.relay.turn()
    for path in (READY, "/metrics"):
        text = (await wire.get(path)).text
        assert not [word for word in ("4155552671", "Ada", "default") if word in text]


async def test_the_root_lists_the_public_paths(service: Service) -> None:
    """Without credentials or a store; every listed path exists."""
    async with service.wire(None) as unauthenticated:
        about = (await unauthenticated.get("/")).json()
        assert (about["name"], about["version"]) == ("numberkeep", __version__)
        for path in (about["api"], about["health"]):
            assert (await unauthenticated.get(path)).status_code == 200
        assert about["documentation"].startswith("https://")
        assert (await unauthenticated.get("/", params={"x": "1"})).json() == about


@pytest.mark.parametrize("path", [READY, "/metrics"])
async def test_without_a_store_both_fail(
    service: Service, wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """503 in the common shape; other methods than GET are 405."""
    fail_reads(monkeypatch, service.context.store, StoreUnavailable("down"), GetBacklog)
    failed = await wire.get(path)
    assert (failed.status_code, failed.json()["status"], failed.headers["retry-after"]) == (503, "ERROR", "5")
    assert failed.json()["request_id"] == failed.headers["x-request-id"]
    assert (await wire.post(path)).status_code == 405


async def test_unreachable_nodes_are_reported_apart(
    service: Service, wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is ready for the accounts on the other nodes."""
    await wire.post(CONTACTS, json={"number": PHONE})

    def without_two(read: Reader) -> Reader:
        async def backlog(query: Any) -> Backlog:
            found: Backlog = await read(query)
            return replace(found, unreachable=2)

        return backlog

    assert "unreachable_nodes" not in (await wire.get(READY)).json()
    wrap_reads(monkeypatch, service.context.store, without_two, GetBacklog)
    ready = await wire.get(READY)
    assert (ready.status_code, ready.json()["status"], ready.json()["unreachable_nodes"]) == (200, "OK", 2)
    assert (await numbers(wire))["numberkeep_unreachable_nodes"] == 2


async def test_a_count_that_hangs_delays_nobody(
    service: Service, wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer comes within its time limit, without the outbox."""
    monkeypatch.setattr(backlog, "_PATIENCE_SECONDS", 0.05)
    go_on = asyncio.Event()

    def hanging(read: Reader) -> Reader:
        async def late(query: Any) -> Any:
            await go_on.wait()
            return await read(query)

        return late

    wrap_reads(monkeypatch, service.context.store, hanging, GetBacklog)
    async with asyncio.timeout(2):
        for _ in range(2):
            assert (await wire.get(READY)).json() == {"outbox": None, "status": "OK"}
            assert "numberkeep_outbox_waiting" not in await numbers(wire)
    go_on.set()
    assert (await outbox(wire))["waiting"] == 0


@pytest.mark.parametrize("path", ["/", "/health/live", READY, "/metrics"])
async def test_head_is_answered_like_get(service: Service, path: str) -> None:
    """With the same status and type, because some load balancers use HEAD."""
    async with service.wire(None) as operator:
        got, head = await operator.get(path), await operator.head(path)
    assert (head.status_code, head.headers["content-type"]) == (200, got.headers["content-type"])


@pytest.mark.parametrize("path", ["/health/ready", "/metrics"])
async def test_an_unexpected_exception_has_the_common_error_shape(
    service: Service, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 with the request id, and nothing of the exception's text."""
    phone = "+14155552671"  # by name, because a traceback shows the source line itself
    fail_reads(monkeypatch, service.context.store, RuntimeError(f"of {phone}"), GetBacklog)
    async with service.wire(None) as operator:
        answer = await operator.get(path, headers={"x-request-id": "mine"})
    assert (answer.status_code, answer.json()["request_id"], answer.headers["x-request-id"]) == (500, "mine", "mine")
    assert phone not in answer.text
