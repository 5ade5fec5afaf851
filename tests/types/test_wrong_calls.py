"""Type checkers refuse wrong calls. `make types` checks that they accept the correct ones, in calls.py."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[2]
CALLS = Path(__file__).with_name("wrong_calls.py")


def test_mypy_finds_what_the_comments_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wrong call is an error with the code and text of its comment, and no other line is."""
    monkeypatch.chdir(ROOT)
    said, complained, _ = api.run(
        ["--config-file", "pyproject.toml", "--no-error-summary", str(CALLS.relative_to(ROOT))]
    )
    assert complained == ""
    found = defaultdict(list)
    for line, message, code in re.findall(r"^\S+?:(\d+): error: (.*)  \[([\w-]+)\]$", said, re.MULTILINE):
        found[int(line)].append((code, message))
    expected = {
        number: re.split(": ", comment[1], maxsplit=1)
        for number, text in enumerate(CALLS.read_text().splitlines(), start=1)
        if (comment := re.search(r"  # (.*)", text))
    }
    assert sorted(found) == sorted(expected), said
    for number, (code, words) in expected.items():
        assert {each for each, _ in found[number]} == {code}, said
        assert any(words in message for _, message in found[number]), said
