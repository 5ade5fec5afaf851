"""`make bench`: every figure of bench/README.md, in one run."""

import argparse
from collections.abc import Iterable

from bench import bulk, client, requests
from bench.peers import comparison

PARTS = "one part (default: server and client; peers is run only when asked for, for it installs much)"


def main() -> None:
    """Measure, and print tables as Markdown."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("part", nargs="?", choices=["server", "client", "peers"], help=PARTS)
    parser.add_argument("--contacts", type=int, help="contacts stored (default: 1,000,000; peers: 10,000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which the median counts (default: 5)")
    parser.add_argument("--seconds", type=int, default=4, help="seconds of load in a round (default: 4)")
    parser.add_argument("--only", choices=[peer.pins for peer in comparison.PEERS], help="of the peers, one")
    given = parser.parse_args()
    if given.part == "peers":
        effort = comparison.Effort(given.contacts or 10_000, given.rounds, given.seconds)
        _print(comparison.COLUMNS, comparison.measure(effort, given.only))
    if given.part in {None, "server"}:
        stored = given.contacts or 1_000_000
        _print("requests/s | numberkeep | constant | ratio", requests.measure(stored, given.rounds, given.seconds))
        _print("rows/s | numberkeep | executemany | ratio", bulk.measure(given.rounds * 4))
    if given.part in {None, "client"}:
        _print("client | ours | official | ratio", client.measure(given.rounds, given.seconds))


def _print(columns: str, rows: Iterable[str]) -> None:
    print(f"| {columns} |\n|{' --- |' * len(columns.split(' | '))}", flush=True)
    for row in rows:
        print(row, flush=True)
    print()


if __name__ == "__main__":
    main()
