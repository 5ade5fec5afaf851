"""Makes the schemas of requests as strict as the checks, which go beyond the types: required fields, texts without NUL.

What only one field demands is in its type, as `extra_json_schema`.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from numberkeep.wire.legacy_names import OLD_NAMES

_Schema = dict[str, Any]

REQUIRED: Final = {
    "ActionBody": "action",
    "AddHostedBody": "webhooks",
    "BulkBody": "contacts",
    "BulkDeleteBody": "contact_ids",
    "BulkRow": "phone",
    "ConsentParams": "number",
    "CreateBody": "number",
    "DecideBody": "decision",
    "EnableBody": "state",
    "ImportBody": "numbers",
    "InboundBody": "from",
    "NumberBody": "number",
    "ReplyBody": "content",
    "RetryBody": "webhook attempt",
    "SendBody": "number",
    "StatusParams": "handle",
    "OptOutBody": "number",
    "RemoveHostedBody": "webhooks",
    "ReplaceHostedBody": "webhooks",
    "TagBody": "tag numbers",
    "WebhookBody": "url",
}
"""The fields without which a request is refused. Their types are optional, so that the refusal can name them."""

MAY_BE_EMPTY: Final = frozenset({"BulkBody", "BulkDeleteBody"})
"""Those whose field may be an empty array."""

EITHER: Final = {"SendBody": "content media_url"}
"""The fields of which a request needs one."""

_NO_NUL: Final = "^[^\\u0000]*$"


def be_strict(schemas: _Schema, names: Iterable[str]) -> None:
    """Change the schemas of these requests, and those that they refer to."""
    reached: dict[str, _Schema] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = schemas[name]
            waiting += [each["$ref"].rpartition("/")[2] for each in _parts(schemas[name]) if "$ref" in each]
    for name, schema in reached.items():
        if name in REQUIRED:
            for field in REQUIRED[name].split():
                require(schema, field, may_be_empty=name in MAY_BE_EMPTY)
        if name in EITHER:
            schema.setdefault("allOf", []).append({"anyOf": [_with(field) for field in EITHER[name].split()]})
        for part in _parts(schema):
            _refine(part)


def _with(field: str) -> _Schema:
    """Return the schema of an object with this text."""
    return {"required": [field], "properties": {field: {"type": "string", "minLength": 1}}}


def require(schema: _Schema, field: str, *, may_be_empty: bool = False) -> None:
    """Demand a field of an object, under its name or an older one, and that it is not empty."""
    names = [name for name in (field, *OLD_NAMES.get(field, ())) if name in schema["properties"]]
    for name in names:
        property_ = schema["properties"][name]
        [kind] = [kind for kind in property_.pop("anyOf") if kind != {"type": "null"}]
        property_.pop("default", None)
        if kind.get("type") in {"string", "array"} and not may_be_empty:
            kind["minLength" if kind["type"] == "string" else "minItems"] = 1
        property_.update(kind)
    if len(names) == 1:
        schema["required"] = [*schema.get("required", ()), field]
    else:
        schema["anyOf"] = [{"required": [name]} for name in names]


def parameter(schema: _Schema) -> _Schema:
    """Return the schema of a query parameter: it is a text, so it is never null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        schema = kinds[0]
    for part in _parts(schema):
        _refine(part)
    return schema


def _refine(part: _Schema) -> None:
    if part.get("type") == "string" and not {"enum", "pattern", "format"} & part.keys():
        part["pattern"] = _NO_NUL
    if "additionalProperties" in part and "propertyNames" in part:
        part["propertyNames"]["pattern"] = _NO_NUL
    kinds = part.get("anyOf", [])
    if any(kind.get("type") == "integer" for kind in kinds):  # 107.0 is one too
        part["anyOf"] = [kind for kind in kinds if kind.get("type") != "number"]


def _parts(schema: Any) -> Iterator[_Schema]:
    """Return a schema and all schemas within it."""
    if isinstance(schema, dict):
        yield schema
        for key, value in schema.items():
            if key not in {"default", "enum", "required"}:
                yield from _parts(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from _parts(item)
