"""The OpenAPI document, generated from the operations and the shapes of wire.py. docs/openapi.json holds it."""

from functools import cache
from typing import Any, Final, get_args

import msgspec

from numberkeep import __version__
from numberkeep.http import inbound, inbound_wire, stream, wire
from numberkeep.http.event_wire import Data, EventOut, EventsParams
from numberkeep.http.legacy_names import is_old_name, taking_old_names
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
    415: "The body is compressed.",
    429: "A verification was sent a moment ago; `Retry-After` says when to try again.",
    503: "The store is busy or cannot be reached; `Retry-After` says when to try again.",
}
_REASONS_OF: Final[dict[str, dict[int, str]]] = {
    "webhooks.delete": {404: "There is no webhook of this number."},
    "deliveries.replay": {404: "There is no webhook of this number."},
    "messages.receive": {
        401: "The key, the signing secret or the signature is wrong.",
        403: "Nothing proves who hands it in.",
        404: "There is no account of the name in `account`.",
        409: "The `Idempotency-Key` came with another request.",
    },
    "events.stream": {410: "The log does not reach back to `after`, or not yet; `message` says where to begin."},
}
_ALWAYS: Final = (401, 403, 503)
_OF_A_BODY: Final = (408, 413, 415)
_NUMBER: Final = {
    "name": "phone_number",
    "in": "path",
    "required": True,
    "description": "The contact's number, E.164 or a national format of the account's region.",
    "schema": {"type": "string"},
}
_WEBHOOK: Final = {
    "name": "webhook_id",
    "in": "path",
    "required": True,
    "description": "The webhook's number, as it was registered with.",
    "schema": {"type": "integer", "minimum": 1},
}
_OF_A_PATH: Final = {"{phone_number}": _NUMBER, "{webhook_id}": _WEBHOOK}
_LAST_EVENT: Final = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The `id` that came last, as a browser sends it when it comes again; goes before `after`.",
    "schema": {"type": "string", "pattern": "^[0-9]{0,18}$"},
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
    paths[inbound.PATH] = {"post": _inbound()}
    paths[stream.PATH] = {"get": _events()}
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
                "signing": {"type": "apiKey", "in": "header", "name": "sb-signing-secret"},
                "twilio": {"type": "apiKey", "in": "header", "name": "X-Twilio-Signature"},
            },
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [part for name, part in _OF_A_PATH.items() if name in operation.path]
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
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(operation.body)}}}
    of_a_body = () if operation.body is None else _OF_A_BODY
    of_a_key = (400, 409) if operation.once else ()
    described["responses"] |= _errors(operation.name, {*operation.errors, *_ALWAYS, *of_a_body, *of_a_key})
    return described


def _inbound() -> dict[str, Any]:
    name = "messages.receive"
    done = _content("Done.", {"anyOf": [_ref(inbound_wire.InboundAnswer), _ref(wire.StatusOut)]})
    done["content"]["text/xml"] = {"schema": {"type": "string"}}
    json_body = {"anyOf": [_ref(inbound_wire.InboundBody), _ref(inbound_wire.ReceiveBody)]}
    return {
        "operationId": name,
        "summary": "Hand in a message that a person wrote, in our own form, the hosted service's or Twilio's. "
        "Not of the hosted API.",
        "security": [{"key": [], "secret": []}, {"signing": []}, {"twilio": []}],
        "parameters": [*_query(inbound_wire.InboundParams), _KEY],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": json_body},
                "application/x-www-form-urlencoded": {"schema": _ref(inbound_wire.TwilioForm)},
            },
        },
        "responses": {"200": done} | _errors(name, {400, 404, 409, *_ALWAYS, *_OF_A_BODY}),
    }


def _events() -> dict[str, Any]:
    name = "events.stream"
    schema = {"type": "string", "contentMediaType": "application/json", "contentSchema": _ref(EventOut)}
    lines = "Server-sent events; the `data` of each is an EventOut. A comment comes where nothing else does."
    return {
        "operationId": name,
        "summary": "Follow the account's events as they happen, or from an event on.",
        "parameters": [*_query(EventsParams), _LAST_EVENT],
        "responses": {"200": {"description": lines, "content": {"text/event-stream": {"schema": schema}}}}
        | _errors(name, {400, 410, *_ALWAYS}),
    }


def _errors(name: str, statuses: set[int]) -> dict[str, Any]:
    reasons = _REASONS | _REASONS_OF.get(name, {})
    return {str(status): _content(reasons[status], _ref(wire.ErrorOut)) for status in sorted(statuses)}


def _ref(shape: type[msgspec.Struct]) -> dict[str, Any]:
    return {"$ref": _REF.format(name=shape.__name__)}


def _content(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in schema.items() if name != "$defs"}
    return {"description": description, "content": {"application/json": {"schema": kept}}}


def _query(shape: type[msgspec.Struct]) -> list[dict[str, Any]]:
    properties = msgspec.json.schema(shape)["$defs"][shape.__name__]["properties"]
    return [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]


def _schemas() -> dict[str, Any]:
    bodies = [taking_old_names(line.body, ignore_unknown=False) for line in OPERATIONS if line.body is not None]
    bodies += [taking_old_names(body, ignore_unknown=False) for body in (wire.BulkRow, inbound_wire.InboundBody)]
    bodies += [inbound_wire.ReceiveBody, inbound_wire.TwilioForm]
    answers = [*(line.answer for line in OPERATIONS), inbound_wire.InboundAnswer, *get_args(Data), _event_shape()]
    _, schemas = msgspec.json.schema_components(
        [*bodies, *answers, wire.ErrorOut, wire.FieldErrorOut], ref_template=_REF
    )
    schemas["EventOut"]["properties"]["data"] = {"anyOf": [_ref(data) for data in get_args(Data)]}
    _, echoed = msgspec.json.schema_components([wire.EchoedContact], ref_template=_REF)
    schemas.update(echoed)
    [rows] = [kind for kind in schemas["BulkBody"]["properties"]["contacts"]["anyOf"] if kind["type"] == "array"]
    rows["items"] = {"$ref": _REF.format(name=wire.BulkRow.__name__)}
    for schema in schemas.values():
        for name, described in schema.get("properties", {}).items():
            if is_old_name(name):
                described["deprecated"] = True
    return schemas


def _event_shape() -> type[msgspec.Struct]:
    """EventOut with anything as its `data`: of a union without tags msgspec makes no schema."""
    fields = [
        (field.name, Any if field.name == "data" else field.type, field.default)
        if field.default is not msgspec.NODEFAULT
        else (field.name, Any if field.name == "data" else field.type)
        for field in msgspec.structs.fields(EventOut)
    ]
    return msgspec.defstruct(EventOut.__name__, fields, kw_only=True, namespace={"__doc__": EventOut.__doc__})


if __name__ == "__main__":
    import json

    print(json.dumps(document(), indent=2))  # noqa: T201 - `make openapi` keeps it
