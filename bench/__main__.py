"""`make bench`: every figure of bench/README.md, in one run."""

import argparse

from bench import bulk, requests


def main() -> None:
    """Measure, and print a table as Markdown."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000, help="contacts stored (default: 1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which the median counts (default: 5)")
    parser.add_argument("--seconds", type=int, default=4, help="seconds of load in a round (default: 4)")
    given = parser.parse_args()
    print("| requests/s | numberkeep | constant | ratio |\n| --- | --- | --- | --- |")
    for row in requests.measure(given.contacts, given.rounds, given.seconds):
        print(row, flush=True)
    print("\n| rows/s | numberkeep | executemany | ratio |\n| --- | --- | --- | --- |")
    for row in bulk.measure(given.rounds * 4):
        print(row, flush=True)


if __name__ == "__main__":
    main()
