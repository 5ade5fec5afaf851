"""The base of the resources."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

S = TypeVar("S")
R = TypeVar("R")


class Resource(Generic[S]):
    """A group of methods. It has no reference to the client, so that each can be freed without the other."""

    def __init__(self, sender: S) -> None:
        self._sender = sender


def attached(kind: Callable[[Any], R]) -> cached_property[R]:
    """Return an attribute for a resource: another resource with the same sender, created at first use."""

    def make(resource: Resource[Any]) -> R:
        return kind(resource._sender)  # noqa: SLF001 - of the same class

    make.__doc__ = kind.__doc__
    return cached_property(make)
