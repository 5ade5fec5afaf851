"""A service of the test kit: its process, its settings, and its end."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from numberkeep.testing import ControlError, Service
from sendblue_api import SendblueAPI
from support.daemon import free_port
from support.ending import listens, living, until
from support.process import PATIENCE, environment, serving

STARTS_AND_WAITS = """
import sys
from numberkeep.testing import Service
service = Service()
service.start()
print(service.url, service._process._process.pid, flush=True)
sys.stdin.read()
"""


def test_a_block_has_a_service_of_its_own() -> None:
    """It stops at the end of the block; the object's error then says how to start one."""
    with Service() as service:
        url = service.url
        assert listens(url)
    assert not listens(url)
    with pytest.raises(RuntimeError, match="with Service"):
        _ = service.url


async def test_async_with_does_not_block_the_event_loop() -> None:
    """Other tasks run while the service starts."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    task = asyncio.create_task(tick())
    async with Service() as service:
        assert ticks > 1
        assert (await asyncio.to_thread(service.account)).name
        url = service.url
    task.cancel()
    assert not listens(url)


def test_settings_are_the_services_and_no_other_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's shell may set NUMBERKEEP_* for another service."""
    monkeypatch.setenv("NUMBERKEEP_PORT", "no port")
    monkeypatch.setenv("NUMBERKEEP_SENDER", "twilio")
    settings = {"NUMBERKEEP_UNKNOWN_FIELDS": "ignore"}
    with Service(settings=settings) as service, service.account(), SendblueAPI() as client:
        created = client.contacts.create(number="+14155550100", extra_body={"unknown": 1})
    assert created.status == "OK"


def test_the_folder_of_the_suite_does_not_replace_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Projects have files such as queue.py."""
    (tmp_path / "queue.py").write_text("raise SystemExit('this is not the library')")
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        assert listens(service.url)


def test_a_service_that_does_not_start_says_why() -> None:
    """What it logged is in the error."""
    with pytest.raises(ControlError, match="NUMBERKEEP_RESEND_SECONDS"):
        Service(settings={"NUMBERKEEP_RESEND_SECONDS": "soon"}).start()


def test_a_running_service_is_used_and_left_running() -> None:
    """Its settings are its own."""
    with Service() as running:
        with Service(running.url + "/") as service, service.account() as account:
            assert service.url == account.base_url == running.url
        assert listens(running.url)
    with pytest.raises(ValueError, match="leave out"):
        Service("http://127.0.0.1:1", settings={"NUMBERKEEP_PORT": "1"})


def test_a_service_that_does_not_run_is_named() -> None:
    """The URL of `--numberkeep-url` may be wrong."""
    missing = Service(f"http://127.0.0.1:{free_port()}")
    with missing as service, pytest.raises(ControlError, match=r"cannot reach .*: does the service run\?"):
        service.account()


def test_a_service_that_is_not_in_test_mode_is_refused(tmp_path: Path) -> None:
    """It may have the contacts of real people."""
    with serving(tmp_path) as running, Service(running.url) as service:
        with pytest.raises(ControlError, match="Start it with `numberkeep serve --test`"):
            service.account()
        running.read_export()


def test_a_region_and_a_name_can_be_chosen() -> None:
    """Numbers without a country code are read in the region; a name exists once."""
    with Service() as service, service.account("shop", region="GB") as account, SendblueAPI() as client:
        assert account.name == "shop"
        assert client.contacts.create(number="020 7183 8750").contact.phone == "+442071838750"
        with pytest.raises(ControlError, match="account of this name") as refused:
            service.account("shop")
    assert refused.value.status == 409


def test_a_service_that_does_not_react_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its worker: the end of the tests does not hang."""
    monkeypatch.setattr("numberkeep.testing.process._STOP_SECONDS", 0.2)
    with Service() as service:
        assert service._process
        pid = service._process._process.pid
        os.kill(pid, signal.SIGSTOP)
    until(lambda: not living(pid))


def test_it_ends_with_a_test_process_that_is_killed() -> None:
    """Nothing of a killed run stays behind: neither the supervisor nor its worker."""
    command = [sys.executable, "-c", STARTS_AND_WAITS]
    with subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        url, pid = process.stdout.readline().split()
        assert len(living(int(pid))) > 1
        os.kill(process.pid, signal.SIGKILL)
    until(lambda: not living(int(pid)))
    assert not listens(url)


def test_it_ends_with_a_test_process_that_forgets_it() -> None:
    """Without a `with`, the service stops when the interpreter does."""
    done = subprocess.run(
        [sys.executable, "-c", STARTS_AND_WAITS],
        env=environment(),
        input="",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    url, pid = done.stdout.split()
    until(lambda: not living(int(pid)))
    assert not listens(url)
