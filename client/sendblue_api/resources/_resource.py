"""What every group of calls is made of: a sender, and other groups that hang on it."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

S = TypeVar("S")
R = TypeVar("R")


class Resource(Generic[S]):
    """A group of calls. It holds the sender and nothing of the client, so that each can be dropped by itself."""

    def __init__(self, sender: S) -> None:
        self._sender = sender


def attached(kind: Callable[[Any], R]) -> cached_property[R]:
    """An attribute of a resource: another resource, with the same sender, made at its first use."""

    def make(resource: Resource[Any]) -> R:
        return kind(resource._sender)  # noqa: SLF001 - of one family

    make.__doc__ = kind.__doc__
    return cached_property(make)
