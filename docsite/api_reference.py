"""Writes the reference of the HTTP API as Markdown, from openapi.json."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from docsite.schema_text import anchor, fields, text_of

_METHODS: Final = ("get", "post", "put", "patch", "delete")

_Json = Mapping[str, Any]


def api_reference(document: _Json) -> str:
    """Return the operations by the first parts of their paths, and then the schemas."""
    operations = [
        (path, method, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]
    usual = _usual_errors(operation for _, _, operation in operations)
    lines = ["## Errors", "", "These may come from any operation; each operation lists the others that it has.", ""]
    lines += [*_table(("status", "meaning"), usual.items()), ""]
    topics: dict[str, list[tuple[str, str, _Json]]] = {}
    for each in operations:
        topics.setdefault(_topic(each[0]), []).append(each)
    for topic, below in topics.items():
        lines += [f"## {topic}", ""]
        for path, method, operation in sorted(below, key=_place):
            lines += _operation(path, method, operation, usual)
    lines += ["## Schemas", "", "Deprecated names of fields are left out; openapi.json has them.", ""]
    for name, schema in sorted(document["components"]["schemas"].items()):
        lines += _schema(name, schema)
    return "\n".join(lines)


def _place(each: tuple[str, str, _Json]) -> tuple[str, int]:
    path, method, _ = each
    return path, _METHODS.index(method)


def _topic(path: str) -> str:
    """Return what the operations under a path have in common, such as `/api/v2/contacts`."""
    depth = 3 if path.startswith("/_") else 4
    return "/".join(path.split("/")[:depth])


def _usual_errors(operations: Iterable[_Json]) -> dict[str, str]:
    """Return the errors that most operations with their status describe in the same words, if there are several."""
    found: dict[str, Counter[str]] = {}
    for operation in operations:
        for code, answer in operation["responses"].items():
            if not code.startswith("2"):
                found.setdefault(code, Counter())[answer["description"]] += 1
    usual = {code: words.most_common(1)[0] for code, words in sorted(found.items())}
    return {code: words for code, (words, count) in usual.items() if 1 < count > found[code].total() / 2}


def _operation(path: str, method: str, operation: _Json, usual: Mapping[str, str]) -> Iterator[str]:
    yield from (f"### {method.upper()} {path}", "", f"`{operation['operationId']}`: {operation['summary']}", "")
    if "description" in operation:
        yield from (operation["description"], "")
    if parameters := operation.get("parameters"):
        yield from _table(("parameter", "in", "value", ""), map(_parameter, parameters))
        yield ""
    if "requestBody" in operation:
        yield from (f"**Body:** {_contents(operation['requestBody']['content'])}", "")
    for code, answer in operation["responses"].items():
        if code.startswith("2"):
            yield from (f"**{code}:** {_contents(answer['content'])}", "")
    errors = [
        (code, answer["description"])
        for code, answer in operation["responses"].items()
        if not code.startswith("2") and usual.get(code) != answer["description"]
    ]
    if errors:
        yield from _table(("status", "meaning"), errors)
        yield ""


def _parameter(parameter: _Json) -> tuple[str, str, str, str]:
    required = "required" if parameter.get("required") else ""
    notes = "; ".join(filter(None, (required, parameter.get("description", ""))))
    return f"`{parameter['name']}`", parameter["in"], text_of(parameter["schema"]), notes


def _contents(contents: _Json) -> str:
    """Return the forms of a body: media types, with their schemas."""
    forms = []
    for media, content in contents.items():
        schema = content.get("schema")
        schema = schema.get("contentSchema", schema) if schema else None
        forms.append(f"{text_of(schema)} as `{media}`" if schema and schema != {"type": "string"} else f"`{media}`")
    return ", or ".join(forms)


def _schema(name: str, schema: _Json) -> Iterator[str]:
    yield from (f"({anchor(name)})=", f"### {name}", "")
    if "description" in schema:
        yield from (schema["description"], "")
    yield from _table(("field", "value", ""), fields(schema))
    yield ""


def _table(header: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{' --- |' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
