"""Conversations with a database: a generator yields statements by name and is sent their rows.

The decisions are made in the generators, once for all engines. An engine has the SQL of each statement and runs the
conversation in a thread or on the event loop (`run` of its statements.py). httpx drives its `auth_flow` the same way.
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
        name: the name of the statement.
        values: its parameters; a list is a set of values, which the statement looks up at once.
    """

    name: str
    values: tuple[Any, ...]


@dataclass(slots=True)
class Write:
    """A statement to run for each of many rows.

    Attributes:
        name: the name of the statement.
        account_id: its first parameter.
        rows: its other parameters, for each row.
    """

    name: str
    account_id: int
    rows: Sequence[Row]


Flow = Generator[Fetch | Write, Sequence[Row], R]
"""A conversation that ends with R. It is sent the rows of a Fetch, and nothing (`()`) for a Write."""
