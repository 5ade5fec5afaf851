"""The OpenAPI document, generated from the routes and the shapes of operations. docs/openapi.json holds it."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final, get_args, get_origin

import msgspec

from numberkeep import __version__
from numberkeep.carriers.hosted.inbound import ReceiveBody
from numberkeep.carriers.twilio.inbound import TwilioForm
from numberkeep.domain.errors import (
    AccountNotFound,
    IdempotencyKeyReused,
    InvalidCredentials,
    InvalidInput,
    NoSuchEvent,
    NumberkeepError,
    ReadOnlyKey,
    StoreUnavailable,
)
from numberkeep.http import stream
from numberkeep.http.errors import described
from numberkeep.http.inbound import InboundParams
from numberkeep.http.request_schemas import REQUIRED, be_strict, parameter
from numberkeep.http.routes import INBOUND, ROUTES, Route
from numberkeep.operations.exports import CSV, JSON_LINES, VCARD
from numberkeep.operations.operation import Download, Listed
from numberkeep.service.inbound import NotSigned
from numberkeep.wire.answers import ErrorOut, FieldErrorOut, StatusOut
from numberkeep.wire.contacts import BulkRow, EchoedContact
from numberkeep.wire.events import Data, EventOut, EventsParams
from numberkeep.wire.exports import COUNT_HEADER
from numberkeep.wire.legacy_names import is_old_name, taking_old_names

_REF: Final = "#/components/schemas/{name}"
_KEY_MISSING: Final = (403, "A key header is missing.")
_BUSY: Final = (429, "The account has too many large requests or answers under way; `Retry-After` says when to retry.")
_TOO_MANY_STREAMS: Final = (429, "The key has as many streams open as it may have; `Retry-After` says when to retry.")
_OF_A_BODY: Final = (
    (400, "The body is incomplete, or its chunked encoding is not valid."),
    (408, "The body did not arrive in time."),
    (413, "The body is larger than the route accepts, or has too many chunks."),
    (415, "The body is compressed."),
)
_ALWAYS: Final = (InvalidCredentials, StoreUnavailable)
_ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    "phone_number": {
        "description": "The contact's number, E.164 or a national format of the account's region.",
        "schema": {"type": "string"},
    },
    "message_id": {"description": "The message's handle.", "schema": {"type": "string"}},
    "action_id": {"description": "The action's id.", "schema": {"type": "integer", "minimum": 1}},
    "import_id": {"description": "The import's id.", "schema": {"type": "integer", "minimum": 1}},
    "review_id": {"description": "The review's id.", "schema": {"type": "integer", "minimum": 1}},
    "webhook_id": {"description": "The webhook's id.", "schema": {"type": "integer", "minimum": 1}},
}
_LAST_EVENT: Final = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The last `id` received, as browsers send it when they reconnect; wins over `after`.",
    "schema": {"type": "string", "pattern": "^[0-9]{0,18}$"},
}
_FILE: Final[dict[str, Any]] = {
    "description": "The file. If it is incomplete, the connection ends before the end of the body.",
    "headers": {
        "Content-Disposition": {"description": "The file's name.", "schema": {"type": "string"}},
        COUNT_HEADER: {"description": "How many contacts the file has; not for HEAD.", "schema": {"type": "integer"}},
    },
    "content": {media_type: {"schema": {"type": "string"}} for media_type in (CSV, VCARD, JSON_LINES)},
}
_IDEMPOTENCY_KEY: Final[dict[str, object]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A request that is repeated under its key within 24 hours gets the first answer and runs once.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


@cache
def document() -> dict[str, Any]:
    """Return the document, as OpenAPI 3.1."""
    schemas = _schemas()
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _described(route)
    paths[INBOUND.path] = {"post": _inbound()}
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


def _described(route: Route) -> dict[str, Any]:
    operation, name = route.operation, route.argument
    parameters = [{"name": name, "in": "path", "required": True, **_ARGUMENTS[name]}] if name else []
    parameters += _query(route.query)
    if route.once:
        parameters.append(_IDEMPOTENCY_KEY)
    if operation.output is Download:
        responses = {"200": _FILE}
    else:
        responses = {"200": _content("Success.", msgspec.json.schema(_output(route), ref_template=_REF))}
    answers: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": parameters,
    }
    if route.body is not None:
        answers["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(route.body)}}}
    if route.is_upload:
        answers["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {}},
        }
    of_a_key = (InvalidInput, IdempotencyKeyReused) if route.once else ()
    body = _OF_A_BODY if route.body is not None or route.is_upload else ()
    of_a_change = () if operation.reads else (ReadOnlyKey,)
    responses = responses | _errors(
        (*operation.errors, *_ALWAYS, *of_a_key, *of_a_change), (_KEY_MISSING, _BUSY, *body)
    )
    return answers | {"responses": responses}


def _inbound() -> dict[str, Any]:
    described = _described(INBOUND)
    body = described["requestBody"]["content"]
    body["application/json"]["schema"] = {"anyOf": [body["application/json"]["schema"], _ref(ReceiveBody)]}
    body["application/x-www-form-urlencoded"] = {"schema": _ref(TwilioForm)}
    done = described["responses"]["200"]["content"]
    done["application/json"]["schema"] = {"anyOf": [_ref(INBOUND.operation.output), _ref(StatusOut)]}
    done["text/xml"] = {"schema": {"type": "string"}}
    described["responses"] |= _errors((NotSigned, AccountNotFound), [(403, "Neither a key nor a carrier's proof.")])
    described["parameters"] = [*_query(InboundParams), *described["parameters"]]
    summary = f"{described['summary']} It may be in our own form, the hosted service's or Twilio's."
    return described | {"summary": summary, "security": [{"key": [], "secret": []}, {"signing": []}, {"twilio": []}]}


def _events() -> dict[str, Any]:
    schema = {"type": "string", "contentMediaType": "application/json", "contentSchema": _ref(EventOut)}
    lines = "Server-sent events; the `data` of each is an EventOut. Comments keep a quiet connection open."
    return {
        "operationId": "events.stream",
        "summary": "Follow the account's events as they happen, or from an event on.",
        "parameters": [*_query(EventsParams), _LAST_EVENT],
        "responses": {"200": {"description": lines, "content": {"text/event-stream": {"schema": schema}}}}
        | _errors((InvalidInput, NoSuchEvent, *_ALWAYS), [_KEY_MISSING, _TOO_MANY_STREAMS]),
    }


def _errors(errors: Iterable[type[NumberkeepError]], others: Iterable[tuple[int, str]]) -> dict[str, Any]:
    """Return the responses of errors; those of one status share a response."""
    reasons: dict[int, list[str]] = {}
    for status, reason in sorted({*map(described, errors), *others}):
        reasons.setdefault(status, []).append(reason)
    return {str(status): _content(" ".join(of_status), _ref(ErrorOut)) for status, of_status in reasons.items()}


def _output(route: Route) -> Any:
    output = route.operation.output
    return list[get_args(output)] if get_origin(output) is Listed else output  # type: ignore[misc]


def _ref(shape: type[msgspec.Struct]) -> dict[str, Any]:
    return {"$ref": _REF.format(name=shape.__name__)}


def _content(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in schema.items() if name != "$defs"}
    return {"description": description, "content": {"application/json": {"schema": kept}}}


def _query(shape: type[msgspec.Struct]) -> list[dict[str, Any]]:
    properties = msgspec.json.schema(shape)["$defs"][shape.__name__]["properties"]
    parameters = [{"name": name, "in": "query", "schema": parameter(each)} for name, each in properties.items()]
    for each in parameters:
        if each["name"] == REQUIRED.get(shape.__name__):
            each["required"] = True
            each["schema"]["minLength"] = 1
    return parameters


def _schemas() -> dict[str, Any]:
    bodies: list[Any] = [route.body for route in (*ROUTES, INBOUND) if route.body is not None]
    shapes: list[Any] = [taking_old_names(body, ignore_unknown=False) for body in (*bodies, BulkRow)]
    outputs = [_output(route) for route in (*ROUTES, INBOUND) if route.operation.output is not Download]
    shapes += [ReceiveBody, TwilioForm, *outputs, *get_args(Data), _event_shape()]
    _, schemas = msgspec.json.schema_components([*shapes, ErrorOut, FieldErrorOut], ref_template=_REF)
    schemas["EventOut"]["properties"]["data"] = {"anyOf": [_ref(data) for data in get_args(Data)]}
    _, echoed = msgspec.json.schema_components([EchoedContact], ref_template=_REF)
    schemas.update(echoed)
    [rows] = [kind for kind in schemas["BulkBody"]["properties"]["contacts"]["anyOf"] if kind["type"] == "array"]
    rows["items"] = _ref(BulkRow)
    be_strict(schemas, [shape.__name__ for shape in (*bodies, BulkRow)])
    for schema in schemas.values():
        for name, property_ in schema.get("properties", {}).items():
            if is_old_name(name):
                property_["deprecated"] = True
    return schemas


def _event_shape() -> type[msgspec.Struct]:
    """Return EventOut with anything as its `data`: msgspec has no schema for a union without tags."""
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
