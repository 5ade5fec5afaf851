"""The service's logic takes the time from the clock of its context, and never from the system."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[2] / "server" / "numberkeep"
CLOCKS = {"service/clock.py", "service/settable_clock.py"}
"""The clocks themselves. Everything else in these packages gets one."""

PACKAGES = (
    "domain",
    "store",
    "formats",
    "service",
    "wire",
    "outbound",
    "operations",
    "carriers",
    "http",
    "test_mode",
)
"""Not the command line, which shows the times of the machine that it runs on, nor the log, which is dated by it."""

MODULES = sorted(
    path
    for package in PACKAGES
    for path in (SERVER / package).rglob("*.py")
    if str(path.relative_to(SERVER)) not in CLOCKS
)
OF_TIME = {"time", "time_ns", "gmtime", "localtime", "ctime", "strftime"}
OF_DATES = {"now", "utcnow", "today"}
FORBIDDEN = {
    "time": OF_TIME,
    "datetime": OF_DATES,
    "date": OF_DATES,
}


def reading_the_time(tree: ast.AST) -> Iterator[str]:
    """Return where a module reads the system's clock: `time.time`, `datetime.now`, `from time import time`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            name = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if node.attr in FORBIDDEN.get(name, ()):
                yield f"line {node.lineno}: {name}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"line {node.lineno}: {alias.name}" for alias in node.names if alias.name in OF_TIME)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SERVER)))
def test_the_time_comes_from_the_clock(path: Path) -> None:
    """Otherwise test mode could not set it: use `context.clock`, or take a callable that returns the time."""
    assert not list(reading_the_time(ast.parse(path.read_text())))


@pytest.mark.parametrize(
    "code",
    [
        "time.time()",
        "now = time.time_ns",
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "from time import time",
    ],
)
def test_every_way_to_read_the_system_clock_is_found(code: str) -> None:
    """The check above can fail."""
    assert list(reading_the_time(ast.parse(code)))
