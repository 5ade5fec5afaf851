"""Compare numberkeep with each peer in pairs of alternating runs, as ratios."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import shorten
from typing import Final

from bench import people
from bench.load import CannotMeasure, median, requests_per_second
from bench.peers import samples
from bench.peers.directus import Directus
from bench.peers.json_server import JsonServer
from bench.peers.memory import resident_mib
from bench.peers.numberkeep import Numberkeep
from bench.peers.peer import PAGE, Kind, Peer, Served
from bench.peers.pocketbase import PocketBase
from bench.peers.prism import Prism
from bench.peers.radicale import Radicale
from bench.peers.tutorial import Tutorial
from numberkeep.domain.contacts.commands import BulkRow

PEERS: Final[tuple[Peer, ...]] = (JsonServer(), Prism(), Directus(), PocketBase(), Radicale(), Tutorial())
DASH: Final = "-"
LINE: Final = 300
"""The most characters of a failure that are printed."""
WORKLOADS: Final[tuple[tuple[str, Kind, int | None], ...]] = (
    ("retrieve", "retrieve", None),
    (f"list of {PAGE}", "list", None),
    ("count", "count", None),
    ("create", "create", None),
    ("create, 1 connection", "create", 1),
)
"""Name, kind, and number of connections (None for the peer's own) of each workload.

Creates come last, so that the others run on the loaded contacts.
"""
COLUMNS: Final = " | ".join(
    ("numberkeep / peer", "stores contacts in", "contacts", *(name for name, _, _ in WORKLOADS), "memory")
)
FAILURES: Final = (CannotMeasure, Exception)
"""Any error of a peer becomes a row of dashes; it does not end the run."""


@dataclass(slots=True, frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        contacts: how many both have, limited by what the peer can hold.
        rounds: pairs of runs for each figure, of which the median is reported.
        seconds: the length of a run.
    """

    contacts: int
    rounds: int
    seconds: int


def measure(effort: Effort, only: str | None = None) -> Iterator[str]:
    """Yield the rows of the table, each once it is measured.

    Args:
        effort: how much is measured.
        only: one peer, by the name of its pins (default: all).
    """
    for peer in PEERS:
        if only not in {None, peer.pins}:
            continue
        number = min(effort.contacts, peer.most)
        try:
            peer.install()
            ratios = _compared(peer, list(people.rows(0, number)), effort)
        except FAILURES as error:
            _report(peer, error)
            ratios = [DASH] * (len(WORKLOADS) + 1)
        yield f"| {peer.name} {peer.version()} | {peer.keeps} | {number:,} | {' | '.join(ratios)} |"


def _compared(peer: Peer, rows: Sequence[BulkRow], effort: Effort) -> list[str]:
    """Return the cells: numberkeep's figure divided by the peer's."""
    with ExitStack() as stack:
        sides: list[tuple[Peer, Served]] = []
        for side in (Numberkeep(), peer):
            folder = Path(stack.enter_context(TemporaryDirectory(dir=".", ignore_cleanup_errors=True))).resolve()
            served = stack.enter_context(side.serve(folder, rows))
            stack.callback(served.http.close)
            sides.append((side, served))
        memory = [resident_mib(served.process) for _, served in sides]
        for side, served in sides:
            samples.check(side, served, rows)
        cells = []
        for _, kind, connections in WORKLOADS:
            try:
                cells.append(_cell(kind, connections or peer.connections, sides, rows, effort))
            except FAILURES as error:
                _report(peer, error)
                cells.append(DASH)
    return [*cells, _ratio(memory[0] / memory[1])]


def _cell(
    kind: Kind, connections: int, sides: Sequence[tuple[Peer, Served]], rows: Sequence[BulkRow], effort: Effort
) -> str:
    """Return the ratio of one workload, from pairs of runs; a dash if the peer does not support it."""
    if any(kind not in side.requests for side, _ in sides):
        return DASH
    ratios = []
    for _ in range(effort.rounds):
        rates = []
        for side, served in sides:
            workload = side.requests[kind].workload(kind, served, len(rows), connections)
            rates.append(requests_per_second(served.url, workload, effort.seconds))
            samples.settle(side, served, rows)
        ratios.append(rates[0] / rates[1])
    return _ratio(median(ratios))


def _ratio(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004


def _report(peer: Peer, error: BaseException) -> None:
    print(shorten(f"{peer.name}: {type(error).__name__}: {error}", LINE), file=sys.stderr)
