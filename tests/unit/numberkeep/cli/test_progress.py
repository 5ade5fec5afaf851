"""Progress bars: one for each phase on a terminal, none elsewhere."""

import sys
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


def test_there_is_no_bar_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written to a log."""
    monkeypatch.setattr(sys, "stderr", log := StringIO())
    with Progress() as progress:
        progress("copying", 1, 10)
    assert log.getvalue() == ""
