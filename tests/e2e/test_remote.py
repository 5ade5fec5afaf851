"""Commands that call a service: errors for variables that cannot be sent."""

from pathlib import Path

import pytest

from support.process import run

REPLY = ["simulate", "reply", "+14155550001", "hi"]
NAMES = ("SENDBLUE_API_BASE_URL", "SENDBLUE_API_API_KEY", "SENDBLUE_API_API_SECRET")


@pytest.mark.parametrize("command", [["listen"], REPLY, ["consent", "verify"]], ids=lambda command: command[0])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("value", "expected_text"),
    [
        ("http://b\u00e4d", "must be "),
        ("http://two\nlines", "must be "),
        ("http://\udcff", "is not valid UTF-8: set it again"),
    ],
    ids=ascii,
)
def test_a_value_that_cannot_be_sent_is_named_by_its_variable(
    tmp_path: Path, command: list[str], name: str, value: str, expected_text: str
) -> None:
    """Headers and URLs hold printable ASCII only: exit 2, and a line that names the variable but not its value."""
    variables = dict.fromkeys(NAMES, "http://127.0.0.1:1") | {name: value}
    done = run(*command, cwd=tmp_path, **variables)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert done.stderr.startswith(f"Error: {name} {expected_text}")
    assert value not in done.stderr
