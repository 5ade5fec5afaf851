"""What is done to a database as a conversation: a generator yields statements by name and is sent their rows.

The decisions stand once, in generators; an engine has the SQL of each statement and runs the conversation, in a thread
or on the event loop (`run` of each engine's statements.py). httpx drives its `auth_flow` in the same way.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Row = Sequence[Any]
R = TypeVar("R")


@dataclass(slots=True)
class Fetch:
    """A statement to run once.

    Attributes:
        name: the engine's statement of this name.
        values: its parameters; one that is a list is a set of values, which the statement looks up at once.
    """

    name: str
    values: tuple[Any, ...]


@dataclass(slots=True)
class Write:
    """A statement to run for each of many rows.

    Attributes:
        name: the engine's statement of this name.
        account_id: its first parameter.
        rows: its other parameters, for each row.
    """

    name: str
    account_id: int
    rows: Sequence[Row]


Flow = Generator[Fetch | Write, Sequence[Row], R]
"""A conversation that ends with R. It is sent the rows of a Fetch, and nothing (`()`) for a Write."""
