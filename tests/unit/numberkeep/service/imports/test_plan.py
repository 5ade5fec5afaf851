"""How many rows are applied at a time."""

from numberkeep.service.imports.plan import BATCH, steps


def test_steps_are_limited_in_rows_and_in_bytes() -> None:
    """So that an import of large contacts fits in memory."""
    small = [(n, "+14155550101", b"x") for n in range(BATCH + 1)]
    large = [(n, "+14155550101", b"x" * 3_000_000) for n in range(3)]
    huge = (9, "+14155550101", b"x" * 5_000_000)
    assert [len(step) for step in steps(small)] == [BATCH, 1]
    assert [len(step) for step in steps([*large, huge, huge])] == [2, 2, 1]
    assert list(steps([])) == []
