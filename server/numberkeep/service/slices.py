"""Long computations on the event loop, in slices between which other requests are answered."""

import asyncio
import time
from collections.abc import Generator
from typing import Final, TypeVar

R = TypeVar("R")
Steps = Generator[None, None, R]
"""A computation that ends with R, and yields wherever it can be interrupted."""

_SLICE_SECONDS: Final = 0.004
_REST_SECONDS: Final = 0.001
"""Long enough for the threads of the store and of the server to get the interpreter's lock, which they may need. A
computation that is alone yields without a rest, which would cost a bulk request a tenth of its speed."""


class Slices:
    """Runs long computations one at a time, in the order of the calls."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._count = 0

    async def run(self, work: Steps[R]) -> R:
        """Return the result of a computation; errors as it raises them."""
        self._count += 1
        try:
            async with self._turn:
                return await self._run(work)
        finally:
            self._count -= 1

    async def _run(self, work: Steps[R]) -> R:
        while True:
            until = time.monotonic() + _SLICE_SECONDS
            try:
                while time.monotonic() < until:
                    next(work)
            except StopIteration as end:
                result: R = end.value
                return result
            await asyncio.sleep(_REST_SECONDS if self._count > 1 else 0)
