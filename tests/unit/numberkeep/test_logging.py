"""The service's log: our records from the configured level on, warnings of libraries, and no exception texts."""

import subprocess
import sys

import pytest

from support.process import environment

_SET_UP = """
import asyncio, logging, os
from numberkeep.serving.log import set_up_logging
set_up_logging(os.environ["LEVEL"])
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


def logged(program: str, level: str) -> str:
    """Return what a separate process logs, because this one has the handlers and levels of the tests."""
    command = [sys.executable, "-c", _SET_UP + program]
    done = subprocess.run(command, env=environment(LEVEL=level), capture_output=True, text=True, check=True)
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
