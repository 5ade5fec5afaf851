"""Measure every figure of bench/README.md in one run (`make bench`)."""

import argparse
from collections.abc import Iterable

from bench import bulk, client, console, delivery, growth, imports, requests, search
from bench.peers import comparison

PARTS = (
    "one part (default: server, bulk, delivery and client; growth takes an hour, peers installs many packages, "
    "import installs sqlite-utils, and search and console fill stores for some minutes)"
)


def main() -> None:
    """Measure and print tables as Markdown."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument(
        "part",
        nargs="?",
        choices=["server", "bulk", "delivery", "client", "growth", "import", "peers", "search", "console"],
        help=PARTS,
    )
    parser.add_argument("--contacts", type=int, help="stored contacts (default: 1,000,000; peers: 10,000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which the median is reported (default: 5)")
    parser.add_argument("--seconds", type=int, default=4, help="seconds of load in a round (default: 4)")
    parser.add_argument("--only", choices=[peer.pins for peer in comparison.PEERS], help="measure only this peer")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10**6, 10**7], help="sizes of growth's stores")
    given = parser.parse_args()
    if given.part == "peers":
        effort = comparison.Effort(given.contacts or 10_000, given.rounds, given.seconds)
        _print(comparison.COLUMNS, comparison.measure(effort, given.only))
    if given.part == "import":
        columns = "import and export | rows/s | ratio to the raw load | memory, MiB"
        _print(columns, imports.measure(given.contacts or 1_000_000))
    if given.part == "growth":
        others = " | ".join(f"{size:,}" for size in given.sizes[1:])
        _print(f"p50 | {given.sizes[0]:,} | {others}", growth.measure(given.sizes))
    if given.part == "search":
        _print("search, or write | p50 | p99", search.measure(given.contacts or 1_000_000, given.rounds))
    if given.part == "console":
        _print("page, or interaction | p50 | slowest", console.measure(given.contacts or 1_000_000, given.rounds))
    if given.part in {None, "server"}:
        stored = given.contacts or 1_000_000
        _print("requests/s | numberkeep | constant | ratio", requests.measure(stored, given.rounds, given.seconds))
        sharing = requests.measure_sharing(given.rounds, given.seconds)
        _print("requests/s | numberkeep | one commit each | ratio", sharing)
    if given.part in {None, "bulk"}:
        _print("bulk create, rows/s | numberkeep | plain load | ratio", bulk.measure(given.rounds * 4))
    if given.part in {None, "delivery"}:
        _print("deliveries/s | numberkeep | a loop without a record | ratio", delivery.measure(given.rounds))
    if given.part in {None, "client"}:
        _print("client | ours | official | ratio", client.measure(given.rounds, given.seconds))


def _print(columns: str, rows: Iterable[str]) -> None:
    print(f"| {columns} |\n|{' --- |' * len(columns.split(' | '))}", flush=True)
    for row in rows:
        print(row, flush=True)
    print()


if __name__ == "__main__":
    main()
