"""The OpenAPI document is valid, published, and kept in the repository."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx2
from openapi_spec_validator import validate

from numberkeep.http.openapi import document
from numberkeep.http.routes import ROUTES
from numberkeep.operations.operation import Download
from numberkeep.service.delivering import ATTEMPTS
from support.api import CONTACTS, FIRST, Service
from support.stream import listening

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_document_is_valid_openapi() -> None:
    """According to OpenAPI 3.1."""
    validate(document())


def test_the_committed_document_is_the_generated_one() -> None:
    """To update it, run `make openapi` and review the difference."""
    assert json.loads(KEPT.read_text()) == document()


def test_errors_of_a_body_are_described() -> None:
    """Every operation with a body, and no other, can respond 408 and 413."""
    for line in ROUTES:
        responses = document()["paths"][line.path][line.method.lower()]["responses"]
        assert ({"408", "413"} <= set(responses)) is (line.body is not None or line.is_upload), line.operation.name


def test_every_path_parameter_is_described() -> None:
    """A phone number is a string, an id an integer, and no parameter is missing."""
    types = {"phone_number": "string", "review_id": "integer", "webhook_id": "integer", "import_id": "integer"}
    types |= {"message_id": "string", "action_id": "integer"}
    for path, methods in document()["paths"].items():
        for described in methods.values():
            parts = {each["name"]: each["schema"]["type"] for each in described["parameters"] if each["in"] == "path"}
            assert parts == {name: types[name] for name in types if f"{{{name}}}" in path}, path


def test_every_reference_resolves() -> None:
    """Each leads to a schema of the document."""
    named = document()["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document()))) <= set(named)


def test_authentication_of_inbound_is_described() -> None:
    """It has three schemes, each with its body; the event stream describes how to resume it."""
    inbound = document()["paths"]["/_numberkeep/inbound"]["post"]
    assert inbound["security"] == [{"key": [], "secret": []}, {"signing": []}, {"twilio": []}]
    assert set(inbound["requestBody"]["content"]) == {"application/json", "application/x-www-form-urlencoded"}
    assert {"200", "400", "401", "403", "404", "408", "409", "413", "415", "429", "503"} == set(inbound["responses"])
    events = document()["paths"]["/api/v2/events"]["get"]
    assert {(each["name"], each["in"]) for each in events["parameters"]} == {
        ("after", "query"),
        ("type", "query"),
        ("Last-Event-ID", "header"),
    }
    assert set(events["responses"]["200"]["content"]) == {"text/event-stream"}
    assert {"200", "400", "401", "403", "410", "429", "503"} == set(events["responses"])


async def test_the_document_is_published(service: Service) -> None:
    """Without a key."""
    async with service.wire(None) as stranger:
        assert (await stranger.get("/openapi.json")).json() == document()


async def test_every_response_matches_its_description(service: Service, wire: httpx2.AsyncClient) -> None:
    """A success of every operation that answers in JSON has exactly the documented fields."""
    bodies: dict[str, Any] = {
        "contacts.create": {"number": "+14155552671"},
        "contacts.update": {"first_name": "Ada"},
        "contacts.verify": {"number": "+14155552671"},
        "contacts.tag": {"tag": "vip", "numbers": ["+14155552671"]},
        "contacts.opt_out": {"number": "+14155552671"},
        "contacts.bulk.create": {"contacts": [{"phone": "+14155550002"}]},
        "contacts.bulk.delete": {"contact_ids": ["+14155550002"]},
        "messages.send": {"number": "+14155552671", "content": "Hi", "reply_to": {"message_handle": "h"}},
        "webhooks.enable": {"state": "enabled"},
        "webhooks.create": {"url": "http://127.0.0.1:9/", "types": ["message.created"]},
        "deliveries.replay": {},
        "deliveries.retry": {"webhook": 1, "attempt": 1},
        "conversations.simulate": {"content": "yes"},
        "consent.decide": {"decision": "keep"},
        "actions.create": {"action": "tag", "tag": "vip", "matching": {}},
        "imports.map": {},
        "imports.plan": {},
        "imports.undo": {},
        "consent.import": {"numbers": ["+14155550003"]},
        "hosted_webhooks.add": {"webhooks": ["http://127.0.0.1:9/"]},
        "hosted_webhooks.replace": {"webhooks": {"receive": ["http://127.0.0.1:9/"]}},
        "hosted_webhooks.remove": {"webhooks": ["http://127.0.0.1:9/"]},
    }
    order = ["webhooks.create", "contacts.create", "contacts.verify", "contacts.list", "contacts.retrieve"]
    order += ["contacts.update", "messages.newest", "webhooks.list", "deliveries.list_dead"]
    order += ["deliveries.retry", "deliveries.replay", "webhooks.sample", "webhooks.attempts"]
    order += ["webhooks.enable", "messages.send", "messages.list", "messages.get_status", "messages.retrieve"]
    last = [f"imports.{act}" for act in ("create", "list", "retrieve", "columns")]
    last += [f"imports.{act}" for act in ("map", "plan", "preview", "run", "undo", "delete")]
    last += [f"actions.{act}" for act in ("create", "list", "retrieve", "undo", "delete")]
    last += ["consent.review", "consent.decide", "consent.list", "consent.show"]
    last += ["contacts.delete", "contacts.bulk.create", "contacts.bulk.delete", "contacts.count"]
    queries = {"consent.show": "?number=%2B14155552671", "messages.get_status": "?handle=h-1"}
    names = {line.operation.name: line for line in ROUTES if line.operation.output is not Download}
    await wire.post("/_numberkeep/inbound", json={"from": "+14155550004", "content": "No", "handle": "h-1"})
    for name in [*order, *(names.keys() - {*order, *last}), *last]:
        line = names[name]
        path = line.path.replace("{phone_number}", "+14155552671").replace("{message_id}", "h-1")
        path = re.sub(r"\{(webhook|review|import)_id\}", "1", path).replace("{action_id}", "2")
        if name == "deliveries.list_dead":
            await _exhaust_retries(service)
        answer = await wire.request(line.method, path + queries.get(name, ""), json=bodies.get(name))
        assert answer.status_code == 200, name
        described = document()["paths"][line.path][line.method.lower()]["responses"]["200"]
        assert answer.json(), name
        check_fields(answer.json(), described["content"]["application/json"]["schema"], name)
        while "import" in answer.json() and answer.json()["import"]["status"] == "running":
            await asyncio.sleep(0.02)
            answer = await wire.get("/_numberkeep/imports/1")


async def _exhaust_retries(service: Service) -> None:
    """Attempt the webhook's deliveries until they are dead."""
    for _ in range(ATTEMPTS):
        await service.relay.turn()
        service.clock.pass_seconds(3700)


async def test_inbound_responses_match_their_description(wire: httpx2.AsyncClient) -> None:
    """The response to an accepted message has exactly the fields of InboundAnswer."""
    answer = await wire.post("/_numberkeep/inbound", json={"from": "+14155552671"})
    assert answer.status_code == 200
    check_fields(answer.json(), {"$ref": "/InboundAnswer"}, "inbound")


async def test_every_event_matches_its_description(service: Service, wire: httpx2.AsyncClient) -> None:
    """The data of each type has exactly the fields of one of EventOut's shapes."""
    await wire.post(CONTACTS, json={"number": "+14155552671"})
    await wire.post(f"{CONTACTS}/verify", json={"number": "+14155552671"})
    for content in ("please stop", "STOP"):
        await wire.post("/_numberkeep/inbound", json={"from": "+14155552671", "content": content})
    async with listening(service.application, FIRST, "after=0") as listener:
        events = await listener.events(11)
    shapes = {"contact": "ContactData", "verification": "VerificationData", "message": "MessageData"}
    for event in events:
        check_fields(event.data, {"$ref": "/EventOut"}, event.type)
        kind = event.type.partition(".")[0]
        consent = "ReviewData" if event.type in {"consent.unclear", "consent.decided"} else "ConsentData"
        check_fields(event.data["data"], {"$ref": f"/{shapes.get(kind, consent)}"}, event.type)
    assert {event.type.partition(".")[0] for event in events} == {*shapes, "consent"}


def check_fields(value: Any, schema: dict[str, Any], place: str) -> None:
    """Check a value against the part of JSON Schema that determines its fields."""
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "array":
        for item in value:
            check_fields(item, schema["items"], place)
    elif "properties" in schema:
        assert set(value) <= set(schema["properties"]), place
        assert set(schema["required"]) <= set(value), place
        for name, part in value.items():
            check_fields(part, schema["properties"][name], f"{place}.{name}")
