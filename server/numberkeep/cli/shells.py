"""How shells set environment variables, and the completion scripts that click writes for them."""

import shlex
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import PurePath
from typing import Final


class Shell(StrEnum):
    """What reads the variables."""

    SH = "sh"
    FISH = "fish"
    POWERSHELL = "powershell"
    GITHUB = "github"


def shell_of(path: str) -> Shell:
    """Return the shell whose program is at this path: `sh`, which stands for bash and zsh too, unless it is another."""
    name = PurePath(path).stem.lower()
    return {"fish": Shell.FISH, "pwsh": Shell.POWERSHELL, "powershell": Shell.POWERSHELL}.get(name, Shell.SH)


def lines(shell: Shell, variables: Mapping[str, str]) -> str:
    """Return the lines that set these variables, for values without line ends."""
    return "".join(f"{_LINES[shell](name, value)}\n" for name, value in variables.items())


def _fish(name: str, value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{quoted}'"


def _powershell(name: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"$Env:{name} = '{quoted}'"


_LINES: Final[Mapping[Shell, Callable[[str, str], str]]] = {
    Shell.SH: lambda name, value: f"export {name}={shlex.quote(value)}",
    Shell.FISH: _fish,
    Shell.POWERSHELL: _powershell,
    Shell.GITHUB: lambda name, value: f"{name}={value}",
}
