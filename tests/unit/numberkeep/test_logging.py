"""The service's log: our records from the configured level on, warnings of libraries, and no exception texts."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from support.process import environment

_SET_UP = """
import asyncio, logging, os
from numberkeep.serving.log import set_up_logging
set_up_logging(os.environ["LEVEL"], os.environ.get("FORM", "text"))
"""

_ALL_LEVELS = """
for name in ("numberkeep.http", "numberkeep.relay", "httpx2", "httpcore2.http11", "asyncpg.pool", "asyncio", "new"):
    for level in ("debug", "info", "warning"):
        getattr(logging.getLogger(name), level)("told")
"""

_EXCEPTION = """
SECRET = "Ada at +1415" + "5552671"
def fail():
    raise ValueError(SECRET)
for name in ("numberkeep.http", "library"):
    try:
        fail()
    except ValueError:
        logging.getLogger(name).exception("told")
"""

_TASK = """
SECRET = "Ada at +1415" + "5552671"
failed = ValueError(SECRET)
context = {"message": "Nobody fetched it", "exception": failed, "future": failed}
asyncio.new_event_loop().call_exception_handler(context)
"""


_FIELDS = """
logging.getLogger("numberkeep.access").info("two\\nlines", extra={"fields": {"status": 200}})
"""


def logged(program: str, level: str, form: str = "text") -> str:
    """Return what a separate process logs, because this one has the handlers and levels of the tests."""
    command = [sys.executable, "-c", _SET_UP + program]
    done = subprocess.run(command, env=environment(LEVEL=level, FORM=form), capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize(("level", "seen"), [("debug", 3), ("info", 2), ("warning", 1)])
def test_the_level_is_ours_alone(level: str, seen: int) -> None:
    """Below warnings, libraries log URLs, headers and statements, so they are silent at every level."""
    lines = [line.split(" ")[2:4] for line in logged(_ALL_LEVELS, level).splitlines()]
    for name in ("numberkeep.http", "numberkeep.relay"):
        assert [each[0] for each in lines if each[1] == name] == ["DEBUG", "INFO", "WARNING"][-seen:]
    others = [each for each in lines if not each[1].startswith("numberkeep")]
    assert [each[0] for each in others] == ["WARNING"] * 5


def test_an_exception_is_logged_without_its_text() -> None:
    """Only its type and traceback: the text of a database error, for example, contains the existing row."""
    lines = logged(_EXCEPTION, "debug")
    assert lines.count("in fail\n") == lines.count("\nValueError\n") == 2
    assert "Ada" not in lines


def test_the_failure_of_a_task_is_logged_without_its_text() -> None:
    """The event loop also puts the exception into its message."""
    lines = logged(_TASK, "debug")
    assert "Nobody fetched it\n" in lines
    assert "ValueError\n" in lines
    assert "Ada" not in lines


def test_a_line_of_json_has_the_fields_of_its_record() -> None:
    """Every line is an object, also one with an exception, whose text is left out as in the other form."""
    lines = [json.loads(line) for line in logged(_FIELDS + _EXCEPTION + _TASK, "info", "json").splitlines()]
    assert all(datetime.fromisoformat(line.pop("time")).tzinfo == UTC for line in lines)
    assert lines[0] == {"level": "INFO", "logger": "numberkeep.access", "message": "two\nlines", "status": 200}
    assert [(line["logger"], line["message"]) for line in lines[1:]] == [
        ("numberkeep.http", "told"),
        ("library", "told"),
        ("asyncio", "Nobody fetched it"),
    ]
    assert all(line["exception"].endswith("ValueError") for line in lines[1:])
    assert "Ada" not in json.dumps(lines)
