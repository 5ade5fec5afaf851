"""What every group of calls is made of: a sender, and other groups that hang on it."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from sendblue_api._senders import AsyncSender

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


def later(group: str, kind: str) -> Any:
    """An attribute of a resource, or of a client: a class of the module `raw`, which loads at its first use.

    Args:
        group: `Contacts`, for example.
        kind: `Raw` or `Streaming`: then `ContactsWithRawResponse` on a `RawSender`, or the same with `Async` in front.
    """

    def make(holder: Any) -> Any:
        from sendblue_api import _raw  # noqa: PLC0415 - few programs need it

        from . import raw  # noqa: PLC0415 - as above

        sender = holder._sender  # noqa: SLF001 - of one family
        family = "Async" if isinstance(sender, AsyncSender) else ""
        return getattr(raw, f"{family}{group}With{kind}Response")(getattr(_raw, f"{family}{kind}Sender")(sender))

    return cached_property(make)
