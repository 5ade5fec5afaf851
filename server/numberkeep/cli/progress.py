"""Progress on stderr: a bar on a terminal, elsewhere a line every few seconds."""

import sys
import time
from contextlib import ExitStack
from typing import Any, Final, Self

import click

_LINE_SECONDS: Final = 5.0


class Progress:
    """Shows one bar after the other, as the work goes from phase to phase. A context that ends the last bar."""

    def __init__(self) -> None:
        self._bars = ExitStack()
        self._label = ""
        self._next_line = time.monotonic() + _LINE_SECONDS
        self._bar: Any = None  # click does not export the type

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Show that so many of a total that may grow are done."""
        if phase != self._label:
            self._bars.close()
            bar = click.progressbar(length=total, label=phase, file=sys.stderr, hidden=not sys.stderr.isatty())
            self._bar, self._label = self._bars.enter_context(bar), phase
        self._bar.length = max(done, total)
        self._bar.update(done - self._bar.pos)

        if not sys.stderr.isatty() and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _LINE_SECONDS
            click.echo(f"{phase}: {100 * done // max(done, total, 1)} %", err=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.close()
