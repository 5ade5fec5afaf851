"""Long computations without their breaks."""

from typing import TypeVar

from numberkeep.service.slices import Steps

R = TypeVar("R")


def result_of(work: Steps[R]) -> R:
    """Run a computation to its end, and return its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: R = end.value
            return result
