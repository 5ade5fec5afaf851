"""Reads a Dockerfile: its stages, and their instructions. Only what ours uses."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One instruction.

    Attributes:
        name: such as `RUN`.
        text: what follows it, in one line.
    """

    name: str
    text: str

    @property
    def flags(self) -> Mapping[str, str]:
        """Return its flags, such as `from` of COPY."""
        words = self.text.split()
        return dict(
            re.findall(r"^--([a-z-]+)=(\S+)", word)[0] for word in words if word.startswith("--") and "=" in word
        )

    @property
    def words(self) -> Sequence[str]:
        """Return what follows its flags; the items of a JSON list."""
        rest = re.sub(r"^(--[a-z-]+=\S+\s+)+", "", self.text)
        if rest.startswith("["):
            items: list[str] = json.loads(rest)
            return items
        return shlex.split(rest)

    @property
    def pairs(self) -> Mapping[str, str]:
        """Return the names and values of ENV or LABEL."""
        return dict(word.split("=", 1) for word in self.words)


@dataclass
class Stage:
    """The instructions after one FROM.

    Attributes:
        base: the image that it starts from.
        name: the name after AS; `""` without.
        instructions: those after FROM, in order.
    """

    base: str
    name: str = ""
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[Instruction]:
        """Return the instructions of one kind."""
        return [each for each in self.instructions if each.name == name]

    def last(self, name: str) -> Instruction:
        """Return the instruction of a kind that counts."""
        return self.all(name)[-1]

    @property
    def env(self) -> Mapping[str, str]:
        """Return the variables of a container."""
        return {name: value for each in self.all("ENV") for name, value in each.pairs.items()}


def stages(path: Path) -> list[Stage]:
    """Return the stages of a Dockerfile."""
    text = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("#"))
    found: list[Stage] = []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            base, _, alias = rest.partition(" AS ")
            found.append(Stage(base, alias))
        elif name:
            found[-1].instructions.append(Instruction(name, rest.strip()))
    return found


def is_ignored(ignore: Path, path: str) -> bool:
    """Return whether a `.dockerignore` keeps a path out of the build; the last line that fits decides."""
    ignored = False
    for line in ignore.read_text().splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and _fits(pattern, path):
            ignored = not line.startswith("!")
    return ignored


def _fits(pattern: str, path: str) -> bool:
    """Return whether a pattern names a path or a folder above it; `**/` stands for any folders or none."""
    parts = path.split("/")
    heads = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    if pattern.startswith("**/"):
        return any(fnmatch(part, pattern.removeprefix("**/")) for part in parts)
    return any(head.count("/") == pattern.count("/") and fnmatch(head, pattern) for head in heads)
