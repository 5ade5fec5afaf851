"""The examples share one service: in any order, at the same time, and after whatever ran before."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from support.example_runs import PRINTED, printed_by
from support.process import serving

OTHER: Final = "+14155550123"
"""The number of docs/messaging.md."""


@pytest.fixture
def used(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """Return the variables of a service with contacts, messages and events of other programs."""
    with serving(tmp_path) as running:
        exported = running.read_export()
        with running.wire() as http:
            for path, body in (
                ("/api/v2/contacts", {"number": OTHER, "first_name": "Grace", "tags": ["vip"]}),
                ("/api/v2/contacts", {"number": "+14155552671", "first_name": "Aaron", "tags": ["vip"]}),
                ("/api/v2/contacts/verify", {"number": OTHER}),
                ("/_numberkeep/inbound", {"from": OTHER, "content": "Yes, it is me"}),
                ("/_numberkeep/inbound", {"from": OTHER, "content": "stop"}),
            ):
                http.post(path, json=body).raise_for_status()
        yield exported


def in_every_order(names: Sequence[str]) -> Sequence[str]:
    """Return the shortest sequence in which each name follows each name, itself included."""
    unused = {name: list(names) for name in names}
    path, found = [names[0]], []
    while path:
        if unused[path[-1]]:
            path.append(unused[path[-1]].pop())
        else:
            found.append(path.pop())
    return found[::-1]


def test_the_sequence_has_every_pair() -> None:
    """Each ordered pair, once."""
    names = "abcd"
    sequence = in_every_order(names)
    pairs = sorted(itertools.pairwise(sequence))
    assert pairs == sorted((first, second) for first in names for second in names)


def test_the_examples_run_in_any_order(used: Mapping[str, str]) -> None:
    """Each prints what it documents, whatever ran before it."""
    for name in in_every_order(list(PRINTED)):
        assert printed_by(name, exported=used) == PRINTED[name]


def test_the_examples_run_at_the_same_time(used: Mapping[str, str]) -> None:
    """None sees the contacts, messages or events of another."""
    with ThreadPoolExecutor(len(PRINTED)) as threads:
        printed = dict(zip(PRINTED, threads.map(lambda name: printed_by(name, exported=used), PRINTED), strict=True))
    assert printed == PRINTED
