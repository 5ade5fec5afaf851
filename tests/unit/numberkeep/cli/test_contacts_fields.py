"""How the values of contacts are shown, and how fields are named."""

from datetime import UTC, datetime
from typing import Any

import click
import pytest

from numberkeep.cli.contacts_fields import ALL_FIELDS, cell, parse_fields, runs_left, value_of, words
from numberkeep.service.imports.cells import tags_in
from numberkeep.wire.contacts import ContactOut

AT = datetime(2026, 1, 31, 9, 30, 0, 123456, UTC)
ADA = ContactOut(
    assigned_to_email=None,
    company_name=None,
    contact_id="0123456789abcdef",
    created_at=AT,
    custom_variables={"plan": "gold"},
    first_name="Ada",
    last_name=None,
    opt_out=False,
    phone="+14155550001",
    sendblue_number=None,
    tags=["a", "b"],
    verified=True,
)


def parsed(text: str | None) -> Any:
    """Return the fields that an option names."""
    return parse_fields(click.Context(click.Command("x")), click.Option(["--fields"]), text)


def test_every_field_has_a_value() -> None:
    """Those that the contact lacks are None; `phone` is another name of the number."""
    found = {
        name: value_of(ADA, name) for name in (*ALL_FIELDS, "phone", "custom_variables.plan", "custom_variables.x")
    }
    assert found == {
        "number": "+14155550001",
        "first_name": "Ada",
        "last_name": None,
        "company_name": None,
        "assigned_to_email": None,
        "sendblue_number": None,
        "tags": ["a", "b"],
        "custom_variables": {"plan": "gold"},
        "verified": True,
        "opt_out": False,
        "created_at": AT,
        "contact_id": "0123456789abcdef",
        "phone": "+14155550001",
        "custom_variables.plan": "gold",
        "custom_variables.x": None,
    }


def test_fields_are_named_with_commas() -> None:
    """White space around them does not count, and quotes allow a comma in a label."""
    assert parsed(None) is None
    assert parsed('number, tags,custom_variables.a b,"custom_variables.x,y"') == [
        *("number", "tags", "custom_variables.a b", "custom_variables.x,y"),
    ]


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("number,first-name", "did you mean first_name?"),
        ("opted_out", "did you mean opt_out?"),
        ("zzz", "use number, first_name"),
        (" , ", "names no field"),
    ],
)
def test_another_name_is_an_error_with_the_fix(text: str, fix: str) -> None:
    """Before anything is read."""
    with pytest.raises(click.BadParameter) as raised:
        parsed(text)
    assert fix in raised.value.message


@pytest.mark.parametrize(
    ("value", "in_csv", "in_words"),
    [
        (None, "", ""),
        (True, "true", "yes"),
        (False, "false", "no"),
        (AT, "2026-01-31T09:30:00.123456Z", "2026-01-31T09:30:00Z"),
        ("+14155550001", "+14155550001", "+14155550001"),
        ("=1+1", "'=1+1", "=1+1"),
        ("two\nlines", "two\nlines", "two<U+000A>lines"),
        ([], "", ""),
        (["a", "b"], "a;b", "a, b"),
        (["-a", "b"], "'-a;b", "-a, b"),
        (["a;b"], '["a;b"]', "a;b"),
        (["[a"], '["[a"]', "[a"),
        ({}, "", ""),
        ({"plan": "gold", "x": "\x1b[2J"}, '{"plan": "gold", "x": "\\u001b[2J"}', "plan=gold, x=<U+001B>[2J"),
    ],
)
def test_a_value_is_shown(value: Any, in_csv: str, in_words: str) -> None:
    """In CSV `import` reads it back and a spreadsheet runs nothing; no terminal obeys what people are shown."""
    assert (cell(value), words(value)) == (in_csv, in_words)
    if isinstance(value, list):
        assert tags_in(in_csv.removeprefix("'")) == value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u65e5\u672c \u0645\u0631\u062d\u0628\u0627 e\u0301", "\u65e5\u672c \u0645\u0631\u062d\u0628\u0627 e\u0301"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("a\u00a0b\u3000c", "a\u00a0b\u3000c"),
        ("\x1b]0;title\x07", "<U+001B>]0;title<U+0007>"),
        ("\x9b31m", "<U+009B>31m"),
        ("ada\u202egnp.exe", "ada<U+202E>gnp.exe"),
        ("a\rb\tc\u2028d\x7f", "a<U+000D>b<U+0009>c<U+2028>d<U+007F>"),
    ],
)
def test_what_controls_a_terminal_is_named(text: str, shown: str) -> None:
    """Letters of every script, joiners and wide spaces stay."""
    assert words(text) == shown


def test_text_that_runs_from_right_to_left_is_noticed() -> None:
    """Also within other text."""
    assert runs_left("Ada \u05d0")
    assert runs_left("\u0645")
    assert not runs_left("Ada \u65e5")
