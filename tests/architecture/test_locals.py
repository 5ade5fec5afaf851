"""In the client a method's arguments are the fields on the wire, and `locals()` passes them on."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import sendblue_api

MODULES = sorted(Path(sendblue_api.__file__).parent.rglob("*.py"))


def late_locals(source: str) -> Iterator[str]:
    """Return the functions that call `locals()` after their first statement, when it may contain other names."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            body = function.body[1:] if ast.get_docstring(function) is not None else function.body
            binds = any(isinstance(node, ast.NamedExpr) for node in ast.walk(body[0])) if body else False
            for statement in body if binds else body[1:]:
                if "locals()" in map(ast.unparse, ast.walk(statement)):
                    yield function.name


def test_no_stray_local_becomes_a_field() -> None:
    """`locals()` is called before a method assigns any name of its own."""
    sources = {path: path.read_text() for path in MODULES}
    assert sum(source.count("locals()") for source in sources.values()) >= 10
    assert [(path.name, name) for path, source in sources.items() for name in late_locals(source)] == []


@pytest.mark.parametrize(
    "body", ["x = 1; return f(locals())", "'''Doc.'''; x = 1; return f(locals())", "return f(x := 1, locals())"]
)
def test_a_late_one_is_found(body: str) -> None:
    """A name that is assigned earlier would be sent."""
    assert list(late_locals(f"def m(self, a): {body}")) == ["m"]
