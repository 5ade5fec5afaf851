"""The steps of an upgrade that SQL cannot do, in their order; the same for every engine."""

from collections.abc import Iterator

from numberkeep.store import canonical_numbers, search_texts
from numberkeep.store.canonical_numbers import Report
from numberkeep.store.flow import Flow


def steps(report: Report) -> Iterator[tuple[str, Iterator[Flow[None]]]]:
    """Return the name of each step and its transactions.

    An engine runs them one after the other, and goes on with the next step when one is not pending.

    Args:
        report: what the steps did is added to it.
    """
    yield canonical_numbers.NAME, canonical_numbers.pages(report)
    yield search_texts.NAME, search_texts.pages()
