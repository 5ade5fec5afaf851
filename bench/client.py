"""Our client compared with the official one: the same script with each in turn, every run in its own process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx2
import msgspec

from bench import people
from bench.client_environments import Client, interpreter
from bench.engines import PAIR
from bench.load import LOAD_CPU, median, pinned, server

CONTACTS: Final = 10_000
PAGE: Final = 1000
CLIENTS: Final[tuple[Client, Client]] = ("ours", "official")


@dataclass(slots=True, frozen=True)
class Measurement:
    """One row of the table.

    Attributes:
        name: its name in the table.
        job: its name in the worker; `ready` and `first` are jobs of client_ready.py.
        scale: the factor for the worker's number.
        runs: the number of runs per round; more for short measurements.
        aiohttp: whether it runs in the environment with aiohttp.
    """

    name: str
    job: str
    scale: float = 1
    runs: int = 1
    aiohttp: bool = False


MEASUREMENTS: Final = [
    Measurement("import, client and `.contacts`: ms of CPU", "ready", scale=1000, runs=4),
    Measurement("import to the first answer: ms of CPU", "first", scale=1000, runs=4),
    Measurement("retrieve on a mock transport: calls/s of CPU", "mock_retrieve"),
    Measurement("create on a mock transport: calls/s of CPU", "mock_create"),
    Measurement("retrieve over loopback: calls/s", "loopback"),
    Measurement("list of 10,000 on a mock transport: contacts/s of CPU", "decode"),
    Measurement("async retrieve, 100 at once: calls/s", "concurrent"),
    Measurement("async retrieve, 100 at once, aiohttp: calls/s", "concurrent_aiohttp", aiohttp=True),
]


def measure(rounds: int, seconds: float) -> Iterator[str]:
    """Yield the rows of the table, each once it is measured."""
    environment = {"NUMBERKEEP_API_KEY": PAIR.key_id, "NUMBERKEEP_API_SECRET": PAIR.secret}
    command = [str(Path(sys.executable).with_name("numberkeep")), "serve", "--database", "sqlite://:memory:", "--port"]
    pythons = {
        (client, aiohttp): interpreter(client, aiohttp=aiohttp) for client in CLIENTS for aiohttp in (False, True)
    }
    with TemporaryDirectory() as folder, server(command, **environment) as url:
        _prepare(Path(folder), url)
        for python in pythons.values():
            _run(python, "client_ready.py", "first", url, people.phone(0))  # compiles the modules
        for measurement in MEASUREMENTS:
            runs: dict[Client, list[float]] = {"ours": [], "official": []}
            for turn in range(rounds * measurement.runs):
                # The order alternates, so that a machine that becomes slower favours neither.
                for client in CLIENTS[:: 1 if turn % 2 else -1]:
                    python = pythons[client, measurement.aiohttp]
                    if measurement.job in ("ready", "first"):
                        said = _run(python, "client_ready.py", measurement.job, url, people.phone(0))
                    else:
                        said = _run(python, "client_worker.py", client, measurement.job, url, folder, str(seconds))
                    runs[client].append(float(said) * measurement.scale)
            yield _row(measurement, runs["ours"], runs["official"])


def _row(measurement: Measurement, ours: list[float], official: list[float]) -> str:
    ratio = median([one / other for one, other in zip(ours, official, strict=True)])
    return f"| {measurement.name} | {median(ours):,.0f} | {median(official):,.0f} | {ratio:.2f} |"


def _run(python: Path, script: str, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SENDBLUE_API_")}
    command = [*pinned(LOAD_CPU), str(python), "-I", str(Path(__file__).with_name(script)), *arguments]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def _prepare(folder: Path, url: str) -> None:
    """Fill the service and store its answers for the mock transports."""
    headers = {"sb-api-key-id": PAIR.key_id, "sb-api-secret-key": PAIR.secret}
    rows = [
        {
            **people.as_json(row),
            "assigned_to_email": f"sales-{number % 20}@example.com",
            "sendblue_number": "+14155550100",
        }
        for number, row in enumerate(people.rows(0, CONTACTS))
    ]
    with httpx2.Client(base_url=f"{url}/api/v2/", headers=headers, timeout=60) as http:
        http.post("contacts/bulk", content=msgspec.json.encode({"contacts": rows})).raise_for_status()
        first = {"number": rows[0]["phone"], "update_if_exists": True}
        (folder / "created.json").write_bytes(http.post("contacts", json=first).raise_for_status().content)
        (folder / "one.json").write_bytes(http.get(f"contacts/{people.phone(0)}").raise_for_status().content)
        pages = [
            http.get("contacts", params={"limit": PAGE, "offset": offset}).raise_for_status().content[1:-1]
            for offset in range(0, CONTACTS, PAGE)
        ]
    (folder / "all.json").write_bytes(b"[" + b",".join(pages) + b"]")
