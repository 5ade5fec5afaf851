"""The benchmark of the clients still runs: it is measured rarely, and the client changes often."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.process import PATIENCE, environment, serving

BENCH = Path(__file__).parents[2] / "bench"
PHONE = "+14155552671"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Run a service with one contact and the key pair of the scripts; return its URL."""
    folder = Path(__file__).parent
    settings = {"API_KEY": "bench", "API_SECRET": "bench-secret", "DATABASE": "sqlite://:memory:"}
    with serving(folder, **{f"NUMBERKEEP_{name}": value for name, value in settings.items()}) as running:
        running.read_export()
        with running.wire() as http:
            http.post("/api/v2/contacts", json={"number": PHONE, "first_name": "Ada"}).raise_for_status()
        yield running.url


def measured(script: str, *arguments: str) -> float:
    """Return the number that one of the scripts prints, with our client."""
    command = [sys.executable, "-I", str(BENCH / script), *arguments]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


@pytest.mark.parametrize("until", ["ready", "first"])
def test_a_fresh_process_is_measured(url: str, until: str) -> None:
    """Both jobs print CPU seconds."""
    seconds = measured("client_ready.py", until, url, PHONE)
    assert 0 < seconds < PATIENCE


@pytest.mark.parametrize(
    "job", ["mock_retrieve", "mock_create", "decode", "loopback", "concurrent", "concurrent_aiohttp"]
)
def test_every_job_prints_a_rate(url: str, job: str, tmp_path: Path) -> None:
    """Each job runs on our client, with answers as bench/client.py prepares them."""
    contact = f'{{"phone": "{PHONE}", "first_name": "Ada", "firstName": "Ada"}}'
    (tmp_path / "all.json").write_text(f"[{contact}]")
    for name in ("one.json", "created.json"):
        (tmp_path / name).write_text(f'{{"status": "OK", "contact": {contact}}}')
    rate = measured("client_worker.py", "ours", job, url, str(tmp_path), "0.01")
    assert rate > 0


def test_a_service_that_does_not_answer_ends_the_run(tmp_path: Path) -> None:
    """An error must not be measured: nothing is printed that looks like a rate."""
    (tmp_path / "all.json").write_text('[{"phone": "+14155550000"}]')
    command = [sys.executable, "-I", str(BENCH / "client_worker.py"), "ours", "loopback", "http://127.0.0.1:9"]
    done = subprocess.run(
        [*command, str(tmp_path), "0.01"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout == ""


def test_the_clients_share_one_set_of_pins() -> None:
    """The benchmark's own pins repeat none of constraints.txt, which applies to both clients, and name no address."""
    own, shared = (path.read_text() for path in (BENCH / "client-constraints.txt", BENCH.parent / "constraints.txt"))
    names = [{line.split("==")[0] for line in text.splitlines() if "==" in line} for text in (own, shared)]
    assert "sendblue" in names[0]
    assert not names[0] & names[1]
    assert "://" not in own


@pytest.mark.parametrize("pins", sorted((BENCH / "peers" / "pins").glob("*.txt")), ids=lambda path: path.stem)
def test_peers_are_pinned_and_name_no_index(pins: Path) -> None:
    """Each line of a peer's pins is one package with its version, for pip or npm."""
    assert all(re.fullmatch(r"(@[\w-]+/)?[\w.-]+(==|@)[\w.]+", line) for line in pins.read_text().splitlines())


def test_the_peers_can_be_named() -> None:
    """The comparison does not run here, because it installs much; its modules load, and each peer has its pins."""
    command = [sys.executable, "-m", "bench", "--help"]
    as_make = environment(PYTHONPATH="tests")
    done = subprocess.run(
        command, cwd=BENCH.parent, env=as_make, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    for pins in (BENCH / "peers" / "pins").glob("*.txt"):
        assert pins.stem in done.stdout
