"""The description of the API is valid, published, and kept in the repository."""

import json
from pathlib import Path
from typing import Any

import httpx2
from openapi_spec_validator import validate

from numberkeep.http.openapi import document
from numberkeep.http.routes import OPERATIONS
from support.api import Service

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_document_is_valid_openapi() -> None:
    """Tools that read OpenAPI 3.1 can read it."""
    validate(document())


def test_the_kept_document_is_the_generated_one() -> None:
    """A change of the wire shows in the repository: run `make openapi` and look at the difference."""
    assert json.loads(KEPT.read_text()) == document()


def test_what_can_go_wrong_with_a_body_is_described() -> None:
    """Every operation with a body can end with 408 and 413, and no other can."""
    for line in OPERATIONS:
        responses = document()["paths"][line.path][line.method.lower()]["responses"]
        assert ({"408", "413"} <= set(responses)) is (line.body is not None), line.name


async def test_the_document_is_published(service: Service) -> None:
    """Anyone may read it, without a key."""
    async with service.wire(None) as stranger:
        assert (await stranger.get("/openapi.json")).json() == document()


async def test_every_operation_answers_as_described(service: Service, wire: httpx2.AsyncClient) -> None:
    """A success of every operation has exactly the fields that the document gives it."""
    bodies: dict[str, Any] = {
        "contacts.create": {"number": "+14155552671"},
        "contacts.update": {"first_name": "Ada"},
        "contacts.verify": {"number": "+14155552671"},
        "contacts.opt_out": {"number": "+14155552671"},
        "contacts.bulk.create": {"contacts": [{"phone": "+14155550002"}]},
        "contacts.bulk.delete": {"contact_ids": ["+14155550002"]},
    }
    del service
    order = ["contacts.create", "contacts.verify", "contacts.list", "contacts.retrieve", "contacts.update"]
    last = ["contacts.delete", "contacts.bulk.create", "contacts.bulk.delete", "contacts.count"]
    names = {line.name: line for line in OPERATIONS}
    for name in [*order, *(names.keys() - {*order, *last}), *last]:
        line = names[name]
        path = line.path.replace("{phone_number}", "+14155552671")
        answer = await wire.request(line.method, path, json=bodies.get(name))
        assert answer.status_code == 200, name
        described = document()["paths"][line.path][line.method.lower()]["responses"]["200"]
        check(answer.json(), described["content"]["application/json"]["schema"], name)


def check(value: Any, schema: dict[str, Any], place: str) -> None:
    """Hold a value to the part of JSON Schema that says which fields there are."""
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "array":
        for item in value:
            check(item, schema["items"], place)
    elif "properties" in schema:
        assert set(value) <= set(schema["properties"]), place
        assert set(schema["required"]) <= set(value), place
        for name, part in value.items():
            check(part, schema["properties"][name], f"{place}.{name}")
