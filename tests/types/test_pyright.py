"""Pyright agrees with mypy about the calls that users write. Its build on PyPI, basedpyright, includes Node."""

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHECKED = {"calls.py", "raw_calls.py", "wrong_calls.py", *(path.name for path in (ROOT / "examples").glob("*.py"))}


@pytest.fixture(scope="module")
def reported() -> Mapping[str, set[int]]:
    """Return the lines that pyright reports in each file: type tests in strict mode, examples with defaults."""
    command = [sys.executable, "-m", "basedpyright", "--project", str(HERE), "--pythonpath", sys.executable]
    done = subprocess.run([*command, "--outputjson"], capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == len(CHECKED), done.stdout
    lines = defaultdict(set)
    for each in report["generalDiagnostics"]:
        lines[Path(each["file"]).name].add(each["range"]["start"]["line"] + 1)
    return lines


def test_correct_calls_and_the_examples_are_clean(reported: Mapping[str, set[int]]) -> None:
    """An editor that runs pyright reports nothing in them."""
    assert {name: reported[name] for name in reported.keys() - {"wrong_calls.py"}} == {}


def test_every_wrong_call_is_reported(reported: Mapping[str, set[int]]) -> None:
    """The lines are those that mypy refuses: the ones with a comment."""
    text = (HERE / "wrong_calls.py").read_text()
    wrong = {number for number, line in enumerate(text.splitlines(), start=1) if re.search(r"  # ", line)}
    assert reported["wrong_calls.py"] == wrong
