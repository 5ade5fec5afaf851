"""Progress: a bar for each phase on a terminal, a line every few seconds elsewhere."""

import sys
import time
from io import StringIO

import pytest

from numberkeep.cli.progress import Progress


class Screen(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def test_a_terminal_shows_a_bar_for_each_phase(monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than expected show as 100%, and the next phase starts a new bar."""
    monkeypatch.setattr(sys, "stderr", screen := Screen())
    with Progress() as progress:
        for phase, done in (("copying", 5), ("copying", 11), ("comparing", 1)):
            progress(phase, done, 10)
    first, second = [line for line in screen.getvalue().replace("\x1b[?25l", "").split("\n") if line.strip()][:2]
    assert (first.count("copying"), "50%" in first, "100%" in first, "comparing" in first) == (3, True, True, False)
    assert ("comparing" in second, "10%" in second) == (True, True)


def test_a_log_gets_a_line_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """And none within the first seconds; it has the rate, and how long the rest takes."""
    now = 100.0
    monkeypatch.setattr(sys, "stderr", log := StringIO())
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with Progress() as progress:
        for now, done in ((101.0, 1), (106.0, 5), (107.0, 7), (112.0, 20)):  # noqa: B007 - the clock reads it
            progress("copying", done, 10)
    assert log.getvalue() == "copying: 50 %, 1/s, 6 s left\ncopying: 100 %, 2/s\n"
