"""The forms in which contacts are printed."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from rich.cells import cell_len

from numberkeep.cli.contacts_shown import Fields, print_whole, printer
from numberkeep.wire.contacts import ContactOut

AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


class Screen(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def contact(n: int, first: str | None = None, last: str | None = None, **more: Any) -> ContactOut:
    """Return a contact."""
    values: dict[str, Any] = {"tags": [], "custom_variables": {}, **more}
    return ContactOut(
        assigned_to_email=None,
        company_name=None,
        contact_id=f"{n:016x}",
        created_at=AT,
        first_name=first,
        last_name=last,
        opt_out=False,
        phone=f"+1415555{n:04d}",
        sendblue_number=None,
        verified=False,
        **values,
    )


CONTACTS = (
    contact(1, "Ada", "Lovelace", tags=["vip"], custom_variables={"plan": "gold"}),
    contact(2, "\u65e5\u672c", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
    contact(3, "\u0645\u0631\u062d\u0628\u0627", "\u05e9\u05dc\u05d5\u05dd"),
    contact(4, "\x1b[31mred", "two\nlines"),
)


def printed(
    monkeypatch: pytest.MonkeyPatch, stdout: StringIO, *pages: Sequence[ContactOut], fields: Fields = None, **form: bool
) -> str:
    """Return what is printed of some pages."""
    monkeypatch.setattr(sys, "stdout", stdout)
    shown = printer(fields, **{"as_json": False, "as_csv": False, "header": True} | form)
    for page in pages:
        shown.show(page)
    shown.end()
    return stdout.getvalue()


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the width of the terminal, and no colors."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")


def test_a_terminal_shows_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wide, joined and right-to-left texts keep its columns, control characters are named, empty columns left out."""
    header, _, *rows = printed(monkeypatch, Screen(), CONTACTS).splitlines()
    assert header.split() == ["number", "first_name", "last_name", "tags", "verified", "opt_out", "created_at"]
    places = {cell_len(row[: row.index("no")]) for row in rows}
    assert places == {header.index("verified")}
    assert [row.split()[-1].strip("\u200e") for row in rows] == ["2026-01-31"] * 4
    assert "<U+001B>[31mred" in rows[3]
    assert "two<U+000A>lines" in rows[3]
    assert rows[2].count("\u200e") == 7, "a mark in each cell of the row keeps their order"
    assert "\u200e" not in rows[0] + rows[1]


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the header is bold."""
    assert "\x1b" not in printed(monkeypatch, Screen(), CONTACTS)
    monkeypatch.delenv("NO_COLOR")
    assert printed(monkeypatch, Screen(), CONTACTS).startswith("\x1b[1m")


def test_a_narrow_terminal_cuts_texts_and_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each contact has one line."""
    monkeypatch.setenv("COLUMNS", "60")
    lines = printed(monkeypatch, Screen(), CONTACTS).splitlines()
    assert len(lines) == 6
    assert max(map(cell_len, lines)) <= 60
    for line, each in zip(lines[2:], CONTACTS, strict=True):
        assert line.lstrip("\u200e").startswith(each.phone)


def test_markup_and_highlighting_are_not_interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name may contain what the library would style."""
    monkeypatch.delenv("NO_COLOR")
    [row] = printed(monkeypatch, Screen(), [contact(1, "[bold]x[/]", ":smile: 42")]).splitlines()[2:]
    assert row.split()[1:4] == ["[bold]x[/]", ":smile:", "42"]


def test_elsewhere_fields_are_separated_by_tabs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The header once, each contact in one line, no escape codes and no marks."""
    lines = printed(monkeypatch, StringIO(), CONTACTS[:2], CONTACTS[2:], fields=["number", "first_name", "last_name"])
    assert lines == (
        "number\tfirst_name\tlast_name\n"
        "+14155550001\tAda\tLovelace\n"
        "+14155550002\t\u65e5\u672c\t\U0001f468\u200d\U0001f469\u200d\U0001f467\n"
        "+14155550003\t\u0645\u0631\u062d\u0628\u0627\t\u05e9\u05dc\u05d5\u05dd\n"
        "+14155550004\t<U+001B>[31mred\ttwo<U+000A>lines\n"
    )
    assert printed(monkeypatch, StringIO(), CONTACTS[:1], fields=["number"], header=False) == "+14155550001\n"


def test_json_is_one_array_with_a_contact_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the API shows them without older names, or some fields."""
    text = printed(monkeypatch, StringIO(), CONTACTS[:1], CONTACTS[1:], as_json=True)
    assert text.count("\n") == 4
    rows = json.loads(text)
    assert [row["phone"] for row in rows] == [each.phone for each in CONTACTS]
    assert rows[0] | {"first_name": "Ada", "created_at": "2026-01-31T09:30:00Z", "tags": ["vip"]} == rows[0]
    assert not {"firstName", "optOut"} & rows[0].keys()
    fields = ["number", "custom_variables.plan"]
    text = printed(monkeypatch, StringIO(), CONTACTS[:2], as_json=True, fields=fields)
    assert [list(row.items()) for row in json.loads(text)] == [
        [("number", "+14155550001"), ("custom_variables.plan", "gold")],
        [("number", "+14155550002"), ("custom_variables.plan", None)],
    ]
    assert printed(monkeypatch, StringIO(), as_json=True) == "[]\n"


def test_one_contact_is_shown_field_by_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without those that are empty, unless they are asked for."""
    monkeypatch.setattr(sys, "stdout", stdout := StringIO())
    print_whole(CONTACTS[0], None)
    assert [line.split(maxsplit=1) for line in stdout.getvalue().splitlines()] == [
        ["number", "+14155550001"],
        ["first_name", "Ada"],
        ["last_name", "Lovelace"],
        ["tags", "vip"],
        ["custom_variables", "plan=gold"],
        ["verified", "no"],
        ["opt_out", "no"],
        ["created_at", "2026-01-31T09:30:00Z"],
        ["contact_id", "0000000000000001"],
    ]
    monkeypatch.setattr(sys, "stdout", stdout := StringIO())
    print_whole(CONTACTS[0], ["company_name", "number"])
    assert stdout.getvalue() == "company_name  \nnumber        +14155550001\n"
