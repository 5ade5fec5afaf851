"""Clients that take connections and do not use them, and what others notice of it."""

import json
import signal
import socket
import sys
import time
from pathlib import Path

import httpx2
import pytest

from support.held_sockets import (
    EVENTS,
    Sockets,
    cpu_seconds,
    live_seconds,
    many_files,
    open_files,
    peak_mib,
    request,
    until_open_files,
)
from support.process import PATIENCE, Serving, run, serving

CONTACTS = "/api/v2/contacts"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="TCP_USER_TIMEOUT and /proc are Linux's")


def new_account(folder: Path, name: str) -> dict[str, str]:
    """Return the key headers of a new account."""
    made = json.loads(run("keys", "create", "--account", name, "--json", cwd=folder).stdout)
    return {"sb-api-key-id": made["key_id"], "sb-api-secret-key": made["secret"]}


def test_unread_connections_lock_nobody_out(tmp_path: Path) -> None:
    """More of them than Granian's default limit of connections, and they are reset after the time of the setting."""
    with many_files(), serving(tmp_path, NUMBERKEEP_UNREAD_SECONDS="2") as running, Sockets(running) as sockets:
        running.read_export()
        before = open_files(running.worker)
        sockets.open_unread(1100)
        with running.wire() as other:
            assert other.post(CONTACTS, json={"number": "+14155550001"}).status_code == 200
        until_open_files(running.worker, before)


def test_a_slow_reader_is_not_cut_off(tmp_path: Path) -> None:
    """Reading takes three times as long as a client may read nothing; every answer is complete."""
    with serving(tmp_path, NUMBERKEEP_UNREAD_SECONDS="1") as running, Sockets(running) as sockets:
        running.read_export()
        [slow] = sockets.open(1)
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
        slow.sendall(
            request("GET /openapi.json HTTP/1.1", {}) * 99 + request("GET / HTTP/1.1", {}, "connection: close")
        )
        received, began = b"", time.monotonic()
        while part := slow.recv(256 * 1024):
            received += part
            time.sleep(0.01 if time.monotonic() - began > 3 else 0.2)
        assert time.monotonic() - began > 3
        assert received.count(b"HTTP/1.1 200 OK") == 100
        assert received.endswith(b"}")


def test_connections_over_the_limit_wait(tmp_path: Path) -> None:
    """They are answered once others are closed."""
    with serving(tmp_path, NUMBERKEEP_CONNECTIONS="20") as running, Sockets(running) as sockets:
        running.read_export()
        idle = sockets.open(20)
        [waiting] = sockets.open(1, request("GET /health/live HTTP/1.1", {}))
        waiting.settimeout(0.5)
        with pytest.raises(TimeoutError):
            waiting.recv(1)
        for each in idle:
            each.close()
        waiting.settimeout(PATIENCE)
        assert waiting.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_the_hard_limit_of_open_files_is_used(tmp_path: Path) -> None:
    """The soft limit is raised; a hard limit that is too low for the connections is warned about."""
    for hard, warned in ((20_000, False), (600, True)):
        under = ["sh", "-c", f'ulimit -Sn 300 && ulimit -Hn {hard} && exec "$@"', "sh"]
        with serving(tmp_path, under=under, NUMBERKEEP_CONNECTIONS="1000") as running:
            limits = Path(f"/proc/{running.worker}/limits").read_text()
            assert f"{hard}" in limits.partition("Max open files")[2].split("\n")[0].split()[0]
            assert ("permits 344 connections, not the 1000 of NUMBERKEEP_CONNECTIONS" in running.said) is warned


def test_a_hundred_streams_per_key(tmp_path: Path) -> None:
    """The next one is refused with Retry-After; closing one makes room."""
    with many_files(), serving(tmp_path) as running, Sockets(running) as sockets:
        running.read_export()
        asked = request(EVENTS, running.headers)
        streams = sockets.open(100, asked)
        assert all(stream.recv(4096).startswith(b"HTTP/1.1 200 ") for stream in streams)
        [refused] = sockets.open(1, asked)
        answer = refused.recv(4096)
        assert answer.startswith(b"HTTP/1.1 429 ")
        assert b"\r\nretry-after: 5\r\n" in answer
        streams[0].close()
        give_up = time.monotonic() + PATIENCE
        while not sockets.open(1, asked)[0].recv(4096).startswith(b"HTTP/1.1 200 "):
            assert time.monotonic() < give_up


def test_all_at_once_leave_room_for_others(tmp_path: Path, effort: int) -> None:
    """With idle, unread and streaming connections open, a health check takes 100 ms at most and others are served.

    With --soak 5,000 idle, 1,100 unread and 1,100 streaming ones of 11 keys.
    """
    idle, unread, keys = (5000, 1100, 11) if effort > 1 else (1200, 100, 2)
    with many_files(), serving(tmp_path) as running, Sockets(running) as sockets:
        running.read_export()
        accounts = [running.headers, *(new_account(tmp_path, f"account-{n}") for n in range(1, keys))]
        other = new_account(tmp_path, "other")
        streams = [sockets.open(100, request(EVENTS, account)) for account in accounts]
        assert all(each.recv(4096).startswith(b"HTTP/1.1 200 ") for opened in streams for each in opened)
        sockets.open_unread(unread)
        sockets.open(idle)
        _wait_until_at_rest(running)
        with httpx2.Client(base_url=running.url, headers=other, timeout=PATIENCE) as wire:
            took = []
            for number in range(20):
                took.append(live_seconds(running))
                body = {"number": f"+1415555{number:04d}"}
                assert wire.post(CONTACTS, json=body).status_code == 200
        assert sorted(took)[10] < 0.1, took
        assert peak_mib(running.worker) < 512
        assert running.stop() == 0


def _wait_until_at_rest(running: Serving) -> None:
    """Wait until the worker has done what it can do, and waits for clients that do not read."""
    used, now = -1.0, cpu_seconds(running.worker)
    while now - used > 0.1:
        time.sleep(0.25)
        used, now = now, cpu_seconds(running.worker)


def test_unread_events_take_little_memory(tmp_path: Path, effort: int) -> None:
    """Twelve streams of large events that nobody reads; with --soak of 600 MB of events instead of 30."""
    variables = {f"variable {n}": "x" * 4000 for n in range(100)}
    row = {"number": "", "custom_variables": variables}
    with serving(tmp_path, NUMBERKEEP_UNREAD_SECONDS="3") as running, Sockets(running) as sockets:
        running.read_export()
        with running.wire() as wire:
            for number in range(75 * effort):
                body = {**row, "number": f"+1415555{number:04d}"}
                assert wire.post(CONTACTS, json=body).status_code == 200
        began, before = peak_mib(running.worker), open_files(running.worker)
        for stream in sockets.open(12):
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stream.sendall(request("GET /api/v2/events?after=0 HTTP/1.1", running.headers))
        time.sleep(1)
        until_open_files(running.worker, before)
        assert peak_mib(running.worker) - began < 100


def test_the_service_ends_within_ten_seconds(tmp_path: Path) -> None:
    """Whatever clients do: half a request, a slow body, an unread answer or a stream. A write in flight is finished."""
    settings = {"NUMBERKEEP_UNREAD_SECONDS": "60"}
    with many_files(), serving(tmp_path, **settings) as running, Sockets(running) as sockets:
        running.read_export()
        body = b'{"number": "+14155552671"}'
        post = request(f"POST {CONTACTS} HTTP/1.1", running.headers, f"content-length: {len(body)}")
        sockets.open(20, request(EVENTS, running.headers))
        sockets.open(20, post + b"{")
        sockets.open(20, b"GET /health/live HT")
        sockets.open_unread(20)
        [writing] = sockets.open(1, post + body[:5])
        live_seconds(running)
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        writing.sendall(body[5:])
        assert writing.recv(4096).startswith(b"HTTP/1.1 200 ")
        assert running.process.wait(PATIENCE) == 0
        assert time.monotonic() - began < 10
    with serving(tmp_path) as again:
        assert httpx2.get(f"{again.url}{CONTACTS}/count", headers=running.headers, timeout=PATIENCE).json() == {
            "count": 1
        }
