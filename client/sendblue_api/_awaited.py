"""Makes the methods of the async classes from those of the sync classes."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def awaited(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Return an async method with the signature and documentation of a sync one.

    It runs the same body, which returns what `self._sender.send` returns: in an async class, a coroutine.
    """

    @wraps(method)
    async def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        coroutine: Any = method(self, *args, **kwargs)
        result: T = await coroutine
        return result

    return call
