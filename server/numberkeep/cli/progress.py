"""Progress on stderr: a bar on a terminal, elsewhere a line every few seconds."""

import sys
import time
from contextlib import ExitStack
from typing import Any, Final, Self

import click

_LINE_SECONDS: Final = 5.0
_MIB: Final = 1024 * 1024

IN_BYTES: Final = frozenset({"Reading", "Uploading"})
"""The phases that count bytes; others count rows."""


class Progress:
    """Shows one bar after the other, as the work goes from phase to phase. A context that ends the last bar."""

    def __init__(self) -> None:
        self._bars = ExitStack()
        self._phase = ""
        self._begun = (0.0, 0)
        self._next_line = time.monotonic() + _LINE_SECONDS
        self._bar: Any = None  # click does not export the type

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Show that so many of a total that may grow are done."""
        if phase != self._phase:
            self._bars.close()
            bar = click.progressbar(length=total, label=phase, file=sys.stderr, hidden=not sys.stderr.isatty())
            self._bar, self._phase = self._bars.enter_context(bar), phase
            self._begun = time.monotonic(), done
        rate = (done - self._begun[1]) / max(time.monotonic() - self._begun[0], 0.001)
        self._bar.length = max(done, total)
        self._bar.label = f"{phase}{_rate_text(phase, rate)}"
        self._bar.update(done - self._bar.pos)
        if not sys.stderr.isatty() and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _LINE_SECONDS
            left = f", {_time_text((total - done) / rate)} left" if rate and total > done else ""
            share = 100 * done // max(done, total, 1)
            click.echo(f"{phase}: {share} %{_rate_text(phase, rate)}{left}", err=True)

    def end(self) -> None:
        """End the bar, so that what is printed next has a line of its own."""
        self._bars.close()
        self._phase = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def _rate_text(phase: str, rate: float) -> str:
    if not rate:
        return ""
    return f", {rate / _MIB:.1f} MiB/s" if phase in IN_BYTES else f", {rate:,.0f}/s"


def _time_text(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
