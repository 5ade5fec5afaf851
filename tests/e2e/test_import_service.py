"""`numberkeep import` into a running service: the real command, the real service, and kill -9."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.databases import execute
from support.process import PATIENCE, PROGRAM, Serving, environment, run, serving

IMPORTS = "/_numberkeep/imports"
LIST = "phone,first_name,opt_out\n+14155550101,Ada,\n+14155550102,Bob,yes\n12,No,\n"
COUNTS = {"rows": 3, "created": 2, "rejected": 1, "opted_out": 1, "contacts": 2}
ROWS = 60_000


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Serving]:
    """Return a running service."""
    with serving(tmp_path) as running:
        running.read_export()
        yield running


def command(running: Serving, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `numberkeep import` on the service."""
    return run("import", *arguments, cwd=folder, **running.exported)


def counts(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """Return the counts that are not 0 of the one object on stdout."""
    return {name: count for name, count in json.loads(done.stdout).items() if count}


def large_file(folder: Path) -> None:
    """Write a file that takes some seconds to import; each 100th number opts out, and the last row is rejected."""
    with (folder / "large.csv").open("w") as file:
        file.write("phone,first_name,opt_out\n")
        file.writelines(f"+1415{5_000_000 + n},N{n},{'yes' if n % 100 == 0 else ''}\n" for n in range(ROWS))
        file.write("12,No,\n")


LARGE = {"rows": ROWS + 1, "created": ROWS, "rejected": 1, "opted_out": ROWS // 100, "contacts": ROWS}


def until(wire: httpx2.Client, condition: Callable[[Any], bool]) -> Any:
    """Wait until the last import meets a condition, and return it."""
    give_up, found = time.monotonic() + PATIENCE, []
    while time.monotonic() < give_up:
        found = wire.get(IMPORTS).json()
        if found and condition(found[0]):
            return found[0]
        time.sleep(0.02)
    raise AssertionError(found)


def test_a_file_is_imported_and_undone(service: Serving, tmp_path: Path) -> None:
    """The dry run, the run, the same file again, what --resume says then, and the undo; rejected rows are written."""
    (tmp_path / "list.csv").write_text(LIST)
    planned = command(service, tmp_path, "list.csv", "--dry-run", "--diff")
    assert planned.returncode == 3
    assert planned.stdout.splitlines()[:2] == ["+14155550101  created", '+14155550101  first_name: nothing -> "Ada"']
    assert f"nothing was changed in the service at {service.url}" in planned.stderr
    with service.wire() as wire:
        assert wire.get(IMPORTS).json() == []
        done = command(service, tmp_path, "list.csv", "--json")
        assert (done.returncode, counts(done)) == (3, COUNTS)
        assert "\x1b" not in done.stderr + planned.stderr
        assert "12,No,,4,phone,12," in (tmp_path / "list.csv.rejects.csv").read_text()
        resumed = command(service, tmp_path, "list.csv", "--resume")
        assert (resumed.returncode, "is complete" in resumed.stderr) == (1, True)
        again = command(service, tmp_path, "list.csv", "--json")
        assert counts(again) == {"rows": 3, "unchanged": 2, "rejected": 1, "contacts": 2}
        job = wire.get(IMPORTS).json()[-1]["id"]
        undone = command(service, tmp_path, "undo", str(job), "--json")
        assert json.loads(undone.stdout) == {"deleted": 2, "restored": 0, "left": 0, "lifted": 0, "opted_out": 1}
        assert wire.get("/api/v2/contacts").json() == []


def test_an_import_survives_the_end_of_its_service(tmp_path: Path) -> None:
    """The waiting command says what happens after kill -9, the next service goes on, and --resume watches."""
    large_file(tmp_path)
    with serving(tmp_path) as running:
        running.read_export()
        exported = running.exported
        waiting = subprocess.Popen(
            [PROGRAM, "import", "large.csv", "--json"],
            cwd=tmp_path,
            env=environment(**exported),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with running.wire() as wire, waiting:
            until(wire, lambda job: job["phase"] == "Importing" and job["done"] > 0 and job["status"] == "running")
            running.kill()
            printed, said = waiting.communicate(timeout=PATIENCE)
    assert (waiting.returncode, printed) == (1, "")
    assert "--resume" in said.splitlines()[-1]
    assert "goes on" in said.splitlines()[-1]
    with serving(tmp_path) as running:
        done = run(
            "import",
            "large.csv",
            "--resume",
            "--json",
            cwd=tmp_path,
            **{**exported, "SENDBLUE_API_BASE_URL": running.url},
        )
        assert (done.returncode, counts(done)) == (3, LARGE), done.stderr
        headers = {
            "sb-api-key-id": exported["SENDBLUE_API_API_KEY"],
            "sb-api-secret-key": exported["SENDBLUE_API_API_SECRET"],
        }
        with httpx2.Client(base_url=running.url, headers=headers, timeout=PATIENCE) as wire:
            assert wire.get("/api/v2/contacts/count").json()["count"] == ROWS
    assert run("check", "--database", "sqlite:///numberkeep.db", cwd=tmp_path).returncode == 0


async def test_a_stop_hands_the_import_on(service: Serving, tmp_path: Path) -> None:
    """SIGTERM ends the service at once, and the next one goes on without waiting for the lease."""
    large_file(tmp_path)
    with service.wire() as wire:
        job = wire.post(IMPORTS, params={"name": "large.csv"}, content=(tmp_path / "large.csv").read_bytes()).json()
        wire.post(f"{IMPORTS}/{job['import']['id']}/run")
        until(wire, lambda job: job["phase"] == "Importing" and job["done"] > 0)
    assert service.stop() == 0
    assert await execute(f"sqlite:///{tmp_path}/numberkeep.db", "SELECT lease_until FROM jobs") == [(0,)]
    with (
        serving(tmp_path) as running,
        httpx2.Client(base_url=running.url, headers=service.headers, timeout=PATIENCE) as wire,
    ):
        done = until(wire, lambda job: job["status"] == "done")
    assert {name: count for name, count in done["result"]["counts"].items() if count} == LARGE


def test_ctrl_c_says_that_the_service_goes_on(service: Serving, tmp_path: Path) -> None:
    """In one line; exit 130."""
    large_file(tmp_path)
    waiting = subprocess.Popen(
        [PROGRAM, "import", "large.csv"],
        cwd=tmp_path,
        env=environment(**service.exported),
        stderr=subprocess.PIPE,
        text=True,
    )
    with service.wire() as wire, waiting:
        until(wire, lambda job: job["task"] == "run" and job["phase"])
        waiting.send_signal(signal.SIGINT)
        _, said = waiting.communicate(timeout=PATIENCE)
        assert waiting.returncode == 130
        assert "The service goes on with import 1" in said.splitlines()[-1]
        until(wire, lambda job: job["status"] == "done")


def test_ctrl_c_in_a_dry_run_leaves_no_file_in_the_service(service: Serving, tmp_path: Path) -> None:
    """It would count for 30 days."""
    large_file(tmp_path)
    waiting = subprocess.Popen(
        [PROGRAM, "import", "large.csv", "--dry-run"],
        cwd=tmp_path,
        env=environment(**service.exported),
        stderr=subprocess.PIPE,
        text=True,
    )
    with service.wire() as wire, waiting:
        until(wire, lambda job: job["task"] == "plan")
        waiting.send_signal(signal.SIGINT)
        _, said = waiting.communicate(timeout=PATIENCE)
        assert waiting.returncode == 130
        assert "Nothing was imported" in said.splitlines()[-1]
        assert wire.get(IMPORTS).json() == []


def test_one_of_two_workers_runs_an_import(tmp_path: Path, postgres_url: str) -> None:
    """Each sees it; one does it, and every row is imported once."""
    rows = 6000
    (tmp_path / "list.csv").write_text("phone\n" + "".join(f"+1415{5_000_000 + n}\n" for n in range(rows)))
    with serving(tmp_path, "--database", postgres_url, "--workers", "2") as running:
        exported = running.read_export()
        done = run("import", "list.csv", "--json", cwd=tmp_path, **exported)
        assert (done.returncode, counts(done)) == (0, {"rows": rows, "created": rows, "contacts": rows}), done.stderr
        with running.wire() as wire:
            assert wire.get("/api/v2/contacts/count").json()["count"] == rows
            undone = run("import", "undo", "1", "--json", cwd=tmp_path, **exported)
            assert json.loads(undone.stdout)["deleted"] == rows, undone.stderr
            assert wire.get("/api/v2/contacts/count").json()["count"] == 0
