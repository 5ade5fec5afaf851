"""What `numberkeep doctor` finds: checks, each with its state and the fix, and how they are printed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import click

from numberkeep.cli.exit_codes import ExitCode


class State(StrEnum):
    """The outcome of a check."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(slots=True, frozen=True)
class Check:
    """One thing that was checked.

    Attributes:
        name: what was checked, one word; several checks may have the same.
        state: the outcome.
        message: what was found.
        fix: what to do; `""` if nothing.
    """

    name: str
    state: State
    message: str
    fix: str = ""

    @property
    def line(self) -> str:
        """The check in one line."""
        fix = f": {self.fix}" if self.fix else ""
        return f"{self.state.value:<8} {self.name:<11} {self.message}{fix}"


def ok(name: str, message: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, State.OK, message)


def warning(name: str, message: str, fix: str) -> Check:
    """Return a check that found something which may be wrong, or will be."""
    return Check(name, State.WARNING, message, fix)


def problem(name: str, message: str, fix: str) -> Check:
    """Return a check that found something wrong."""
    return Check(name, State.PROBLEM, message, fix)


def told(name: str, error: click.ClickException | Exception) -> Check:
    """Return the check for an error whose message says what is wrong, and then the fix after a colon."""
    text = error.message if isinstance(error, click.ClickException) else str(error)
    message, colon, fix = text.rpartition(": ")
    return problem(name, message, fix) if colon else problem(name, text, "")


def worst(checks: Sequence[Check]) -> State:
    """Return the worst state."""
    return max((check.state for check in checks), key=[*State].index, default=State.OK)


def exit_code(state: State) -> ExitCode:
    """Return the exit code of a command that found this."""
    return {State.OK: ExitCode.DONE, State.WARNING: ExitCode.PARTLY, State.PROBLEM: ExitCode.FAILED}[state]


def as_object(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the checks as `--json` prints them."""
    shown = [{**asdict(check), "state": check.state.value, "fix": check.fix or None} for check in checks]
    return {"state": worst(checks).value, "checks": shown}


def summary(checks: Sequence[Check]) -> str:
    """Return the numbers of problems and warnings as a sentence."""
    counts = [(sum(each.state is state for each in checks), state.value) for state in (State.PROBLEM, State.WARNING)]
    found = [_counted(count, what) for count, what in counts if count]
    return f"{' and '.join(found)} found." if found else f"Nothing is wrong ({_counted(len(checks), 'check')})."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
