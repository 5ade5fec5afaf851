"""`make bench`: every figure of bench/README.md, in one run."""

import argparse
from collections.abc import Iterable

from bench import bulk, client, requests


def main() -> None:
    """Measure, and print tables as Markdown."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("part", nargs="?", choices=["server", "client"], help="one part (default: both)")
    parser.add_argument("--contacts", type=int, default=1_000_000, help="contacts stored (default: 1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which the median counts (default: 5)")
    parser.add_argument("--seconds", type=int, default=4, help="seconds of load in a round (default: 4)")
    given = parser.parse_args()
    if given.part != "client":
        _print("requests/s | numberkeep | constant", requests.measure(given.contacts, given.rounds, given.seconds))
        _print("rows/s | numberkeep | executemany", bulk.measure(given.rounds * 4))
    if given.part != "server":
        _print("client | ours | official", client.measure(given.rounds, given.seconds))


def _print(columns: str, rows: Iterable[str]) -> None:
    print(f"| {columns} | ratio |\n| --- | --- | --- | --- |", flush=True)
    for row in rows:
        print(row, flush=True)
    print()


if __name__ == "__main__":
    main()
