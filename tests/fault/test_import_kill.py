"""kill -9 of `numberkeep import FILE --database`, several times."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import apsw

from support.process import PATIENCE, PROGRAM, environment, run

ROWS = 100_000
URL = "sqlite:///contacts.db"


def write_file(folder: Path) -> None:
    """Write a file with repeated numbers, opt-outs, and rows that are rejected."""
    with (folder / "list.csv").open("w") as file:
        file.write("phone,first_name,opt_out\n")
        for n in range(ROWS):
            if n % 1000 == 999:
                file.write("12,Nobody,yes\n")
            else:
                file.write(f"+1415{5_000_000 + n - (n % 1000 == 1)},N,{'yes' if n % 200 == 7 else ''}\n")


def stored(folder: Path) -> tuple[str, int]:
    """Return the phase of the import, and how many of its numbers have been applied."""
    connection = apsw.Connection(str(folder / "contacts.db"), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(5000)
    try:
        rows = list(connection.execute("SELECT detail FROM jobs ORDER BY job_id DESC LIMIT 1"))
    finally:
        connection.close()
    detail = json.loads(str(rows[0][0])) if rows else {"phase": "", "place": 0}
    return str(detail["phase"]), int(str(detail["place"]))


def killed(folder: Path, *arguments: str, when: Callable[[str, int], bool]) -> None:
    """Start the command, and kill it when its import is so far."""
    process = subprocess.Popen(
        [PROGRAM, "import", "list.csv", "--database", URL, *arguments],
        cwd=folder,
        env=environment(),
        stderr=subprocess.DEVNULL,
    )
    give_up = time.monotonic() + 3 * PATIENCE
    while not when(*stored(folder)):
        assert process.poll() is None, "it ended before it was killed"
        assert time.monotonic() < give_up
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    assert process.wait(PATIENCE) == -signal.SIGKILL


def test_an_import_goes_on_whenever_it_is_killed(tmp_path: Path) -> None:
    """As soon as it has begun, and twice while it changes contacts: nothing is lost, and nothing done twice."""
    assert run("keys", "create", "--database", URL, cwd=tmp_path).returncode == 0
    write_file(tmp_path)
    killed(tmp_path, when=lambda phase, _: bool(phase))
    killed(tmp_path, "--resume", when=lambda _, place: place > ROWS // 10)
    place = stored(tmp_path)[1]
    killed(tmp_path, "--resume", when=lambda _, now: now > place + ROWS // 4)
    done = subprocess.run(
        [PROGRAM, "import", "list.csv", "--database", URL, "--resume", "--json"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    rejected, merged, opted_out = ROWS // 1000, ROWS // 1000, ROWS // 200
    assert json.loads(done.stdout) == {
        "rows": ROWS,
        "created": ROWS - rejected - merged,
        "updated": 0,
        "unchanged": 0,
        "skipped": 0,
        "merged": merged,
        "rejected": rejected,
        "opted_out": opted_out,
        "contacts": ROWS - rejected - merged,
    }
    assert (tmp_path / "list.csv.rejects.csv").read_text().count("12,Nobody,yes") == rejected
    assert len(json.loads(run("consent", "list", "--json", "--database", URL, cwd=tmp_path).stdout)) == opted_out
    assert run("contacts", "count", "--database", URL, cwd=tmp_path).stdout.strip() == str(ROWS - rejected - merged)
    assert run("check", "--database", URL, cwd=tmp_path).returncode == 0
