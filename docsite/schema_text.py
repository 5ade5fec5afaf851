"""Says in words what a JSON schema accepts."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

_BOUNDS: Final = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "maxProperties": "at most {} entries",
    "minimum": "at least {}",
    "maximum": "at most {}",
}
_LARGEST: Final = 2**53
"""Bounds above this are the limits of the machine, which no caller needs to know."""

_Json = Mapping[str, Any]


def anchor(name: str) -> str:
    """Return the label of a schema's section."""
    return f"schema-{name.lower()}"


def fields(schema: _Json) -> Iterator[tuple[str, str, str]]:
    """Yield name, value and notes of each field that is not deprecated."""
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        if not each.get("deprecated"):
            default = each.get("default")
            notes = "required" if name in required else f"default `{json.dumps(default)}`" if default else ""
            yield f"`{name}`", text_of(each), notes
    if schema.get("additionalProperties") not in (None, False):
        yield "any other", "any", ""


def text_of(schema: _Json) -> str:
    """Return what a schema accepts, in Markdown."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{anchor(name)})"
    if "anyOf" in schema:
        return " or ".join(text_of(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    kind = schema.get("format") or schema.get("type") or "any"
    if kind == "array":
        kind = f"array of {text_of(schema.get('items', {}))}"
    bounds = [
        words.format(f"{schema[key]:,}")
        for key, words in _BOUNDS.items()
        if key in schema and schema[key] < _LARGEST and (key, schema[key]) != ("minLength", 1)
    ]
    return ", ".join([str(kind), *bounds])
