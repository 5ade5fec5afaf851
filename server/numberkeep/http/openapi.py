"""The OpenAPI document, generated from the operations and the shapes of wire.py. docs/openapi.json holds it."""

from functools import cache
from typing import Any, Final

import msgspec

from numberkeep import __version__
from numberkeep.http import wire
from numberkeep.http.deprecated import is_old_name, taking_old_names
from numberkeep.http.routes import OPERATIONS, Operation

_REF: Final = "#/components/schemas/{name}"
_REASONS: Final = {
    400: "A field cannot be taken; `errors` names it.",
    401: "The key is unknown or revoked, or the secret is not its own.",
    403: "A key header is missing.",
    404: "There is no contact with this number.",
    409: "The contact exists, the recipient has opted out, or the `Idempotency-Key` came with another request.",
    408: "The body did not arrive in time.",
    413: "The body is larger than the route takes.",
    429: "A verification was sent a moment ago; `Retry-After` says when to try again.",
    503: "The store is busy or cannot be reached; `Retry-After` says when to try again.",
}
_ALWAYS: Final = (401, 403, 503)
_OF_A_BODY: Final = (408, 413)
_NUMBER: Final = {
    "name": "phone_number",
    "in": "path",
    "required": True,
    "description": "The contact's number, E.164 or a national format of the account's region.",
    "schema": {"type": "string"},
}
_KEY: Final[dict[str, object]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Asked again with its key within 24 hours, a request is answered as before and not done again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


@cache
def document() -> dict[str, Any]:
    """The document, as OpenAPI 3.1."""
    schemas = _schemas()
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "numberkeep",
            "version": __version__,
            "description": "A contacts service that speaks the Sendblue v2 Contacts API. Not affiliated with Sendblue.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"key": [], "secret": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "sb-api-key-id"},
                "secret": {"type": "apiKey", "in": "header", "name": "sb-api-secret-key"},
            },
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [_NUMBER] if "{phone_number}" in operation.path else []
    if operation.query is not None:
        parameters += _query(operation.query)
    if operation.once:
        parameters.append(_KEY)
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.handler.__doc__,
        "parameters": parameters,
        "responses": {"200": _content("Done.", msgspec.json.schema(operation.answer, ref_template=_REF))},
    }
    if operation.body is not None:
        schema = {"$ref": _REF.format(name=operation.body.__name__)}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    of_a_body = () if operation.body is None else _OF_A_BODY
    of_a_key = (400, 409) if operation.once else ()
    for status in sorted({*operation.errors, *_ALWAYS, *of_a_body, *of_a_key}):
        error = {"$ref": _REF.format(name=wire.ErrorOut.__name__)}
        described["responses"][str(status)] = _content(_REASONS[status], error)
    return described


def _content(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in schema.items() if name != "$defs"}
    return {"description": description, "content": {"application/json": {"schema": kept}}}


def _query(shape: type[msgspec.Struct]) -> list[dict[str, Any]]:
    properties = msgspec.json.schema(shape)["$defs"][shape.__name__]["properties"]
    return [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]


def _schemas() -> dict[str, Any]:
    bodies = [taking_old_names(line.body, ignore_unknown=False) for line in OPERATIONS if line.body is not None]
    bodies.append(taking_old_names(wire.BulkRow, ignore_unknown=False))
    answers = [line.answer for line in OPERATIONS]
    _, schemas = msgspec.json.schema_components(
        [*bodies, *answers, wire.ErrorOut, wire.FieldErrorOut], ref_template=_REF
    )
    _, echoed = msgspec.json.schema_components([wire.EchoedContact], ref_template=_REF)
    schemas.update(echoed)
    [rows] = [kind for kind in schemas["BulkBody"]["properties"]["contacts"]["anyOf"] if kind["type"] == "array"]
    rows["items"] = {"$ref": _REF.format(name=wire.BulkRow.__name__)}
    for schema in schemas.values():
        for name, described in schema.get("properties", {}).items():
            if is_old_name(name):
                described["deprecated"] = True
    return schemas


if __name__ == "__main__":
    import json

    print(json.dumps(document(), indent=2))  # noqa: T201 - `make openapi` keeps it
