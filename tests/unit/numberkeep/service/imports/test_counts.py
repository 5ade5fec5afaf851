"""The outcome of an import."""

from numberkeep.service.imports.counts import Tally
from numberkeep.service.imports.plan import Plan


def test_an_outcome_stays_small() -> None:
    """However many columns the file has, and however long their names are."""
    outcome = Tally().outcome(Plan(columns=[f"{n}{'x' * 1000}" for n in range(5000)]))
    assert len(outcome.columns) == 1000
    assert max(map(len, outcome.columns)) == 200
