"""How the async classes come by their methods: from the sync ones, whose sender is then one that has to be awaited."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def awaited(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """The method of an async class with the signature and the documentation of `method` of the sync one.

    It runs the same body: what that returns is what `self._sender` does, and there it is a coroutine.
    """

    @wraps(method)
    async def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        result: Any = method(self, *args, **kwargs)
        answer: T = await result
        return answer

    return call
