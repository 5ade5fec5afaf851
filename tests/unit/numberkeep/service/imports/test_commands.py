"""The commands that apply staged rows."""

from numberkeep.service.imports.commands import steps_of
from numberkeep.service.imports.plan import BATCH


def test_steps_are_limited_in_rows_and_in_size() -> None:
    """A step of large rows has fewer, at least one; the order stays."""
    small = [(n, str(n), b"x") for n in range(BATCH + 1)]
    assert [len(step) for step in steps_of(small)] == [BATCH, 1]
    large = [(n, str(n), b"x" * size) for n, size in enumerate([900_000, 900_000, 900_000, 5_000_000, 1])]
    steps = list(steps_of(large))
    assert [len(step) for step in steps] == [2, 1, 1, 1]
    assert [row for step in steps for row in step] == large
    assert not list(steps_of([]))
