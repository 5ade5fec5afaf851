"""The page on the control API is correct: its commands work, and its tables are those of the code."""

import json
import re
import subprocess
from pathlib import Path
from typing import Final, get_args

from markdown_it import MarkdownIt

from numberkeep.test_mode import sender
from numberkeep.test_mode.clock import ClockBody
from numberkeep.test_mode.control import PREFIX
from numberkeep.test_mode.faults import CallKind, FaultBody, WebhookKind
from numberkeep.test_mode.journal_control import CallOut
from numberkeep.test_mode.routes import ROUTES
from support.process import PATIENCE, environment, serving

PAGE: Final = (Path(__file__).parents[2] / "docs" / "testing-api.md").read_text()


def blocks(language: str) -> list[str]:
    """Return the fenced blocks in a language."""
    return [token.content for token in MarkdownIt().parse(PAGE) if token.type == "fence" and token.info == language]


def section(title: str) -> str:
    """Return the text of a section."""
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> set[str]:
    """Return the names in the first cells of the tables in a text."""
    cells = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_the_commands_work(tmp_path: Path) -> None:
    """They run in their order, on a service that was started as the page says, and print what it says."""
    start, *commands = blocks("sh")
    with serving(tmp_path, *start.removeprefix("numberkeep serve").split()) as running:
        done = subprocess.run(
            ["bash", "-euc", "".join(commands)],  # noqa: S607
            env=environment(**running.read_export()),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        with running.wire() as wire:
            assert wire.get(f"{PREFIX}calls").json()["calls"] == []
            assert wire.get("/api/v2/contacts/count").json() == {"count": 1}
    assert "}503\n503\n200\n{" in done.stdout
    assert '{"contacts":1,"opt_outs":1,"status":"OK"}' in done.stdout
    assert '{"now":"2026-01-02T01:00:00Z","frozen":true,"done":true,"status":"OK"}' in done.stdout
    assert '"operation":"contacts.create"' in done.stdout


def test_the_routes_are_those_of_the_code() -> None:
    """Each with its method."""
    assert first_cells(section("Routes")) == {f"{route.method} {route.path}" for route in ROUTES}


def test_the_clock_has_the_fields_of_the_code() -> None:
    """None is missing, and none is invented."""
    assert first_cells(section("Clock")) == {*ClockBody.__struct_fields__}


def test_the_kinds_and_fields_are_those_of_the_code() -> None:
    """None is missing, and none is invented."""
    fields = {*FaultBody.__struct_fields__} - {
        "status",
        "retry_after",
        "message",
        "seconds",
    }  # named where they are used
    kinds = {*get_args(CallKind), *get_args(WebhookKind)}
    assert first_cells(section("Faults")) == fields | kinds | {"webhooks"}


def test_the_call_has_the_fields_of_the_code() -> None:
    """All but the one that marks large bodies, which is described."""
    [example] = [block for block in blocks("json") if "call_id" in block]
    assert {*json.loads(example), "omitted"} == {*CallOut.__struct_fields__}


def test_the_seed_is_one(tmp_path: Path) -> None:
    """As a file, and as a request."""
    [example] = [block for block in blocks("json") if "opt_outs" in block]
    (tmp_path / "seed.json").write_text(example)
    with serving(tmp_path, "--test", "--seed", "seed.json") as running:
        running.read_export()
        with running.wire() as wire:
            assert wire.get("/api/v2/contacts/count").json() == {"count": 2}
            assert wire.get(f"{PREFIX}snapshot").json()["content"]["numbers"]["entries"] == 2
            assert wire.get("/api/v2/messages").json()["pagination"]["total"] == 2
            assert wire.post(f"{PREFIX}seed", content=example).json()["contacts"] == 2


def test_the_magic_numbers_are_those_of_the_code() -> None:
    """Each once."""
    assert first_cells(section("Magic numbers")) == {*sender.FAILURES}
