"""`numberkeep webhooks` next to a real service, with a real receiver."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from numberkeep.outbound.signing import signature
from support import leaks
from support.databases import execute
from support.inbox import Inbox, inbox
from support.process import PATIENCE, Serving, run, serving

CONTACTS = "/api/v2/contacts"
SETTINGS = {
    "NUMBERKEEP_API_KEY": "hook-key",
    "NUMBERKEEP_API_SECRET": "hook-secret",
    "NUMBERKEEP_ALLOWED_NETWORKS": "127.0.0.0/8",
}


@pytest.fixture
async def hook() -> AsyncIterator[Inbox]:
    """Run a receiver."""
    async with inbox() as made:
        yield made


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Serving]:
    """Run a service that may post to this machine."""
    with serving(tmp_path, **SETTINGS) as service:
        yield service


async def webhooks(cwd: Path, *arguments: str, **settings: str) -> tuple[int, str, str]:
    """Return the exit code, stdout and stderr; run in a thread, because the receiver answers meanwhile."""
    done = await asyncio.to_thread(run, "webhooks", *arguments, cwd=cwd, **{**SETTINGS, **settings})
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


async def create(running: Serving, number: str) -> None:
    """Create a contact, which creates an event."""
    headers = {"sb-api-key-id": "hook-key", "sb-api-secret-key": "hook-secret"}
    async with httpx2.AsyncClient(base_url=running.url, headers=headers, timeout=PATIENCE) as wire:
        assert (await wire.post(CONTACTS, json={"number": number})).status_code == 200


async def test_a_webhook_gets_its_events_until_it_is_removed(tmp_path: Path, running: Serving, hook: Inbox) -> None:
    """Added next to the running service, it gets its event types, signed with the secret that is shown once."""
    code, printed, _ = await webhooks(tmp_path, "add", hook.url, "--type", "contact.created", "--json")
    made: dict[str, Any] = json.loads(printed)
    leaks.learn_secret(made["secret"])
    assert (code, made["id"], made["url"], made["types"]) == (0, 1, hook.url, ["contact.created"])
    await create(running, "+14155550001")
    await hook.until(lambda: len(hook.posts) == 1)
    post = hook.posts[0]
    assert (post.body["type"], post.body["data"]["contact"]["phone"]) == ("contact.created", "+14155550001")
    assert "sb-signing-secret" not in post.headers
    signed = signature(made["secret"], post.id, int(post.headers["webhook-timestamp"]), post.content)
    assert post.headers["webhook-signature"] == signed
    listed = await webhooks(tmp_path, "list", "--json")
    assert json.loads(listed[1]) == [{name: value for name, value in made.items() if name != "secret"}]
    assert (await webhooks(tmp_path, "list"))[1] == f"1  {hook.url}  contact.created\n"
    assert await webhooks(tmp_path, "rm", "1") == (0, "", "Removed 1.\n")
    assert (await webhooks(tmp_path, "list", "--json"))[1] == "[]\n"
    code, printed, stderr_text = await webhooks(tmp_path, "rm", "1")
    assert (code, printed, stderr_text) == (
        1,
        "",
        "Error: there is no webhook 1: `numberkeep webhooks list` lists them\n",
    )
    await create(running, "+14155550002")
    async with httpx2.AsyncClient(base_url=running.url, timeout=PATIENCE) as wire:
        assert (await wire.get("/health/ready")).json()["outbox"]["waiting"] == 0, "nothing is enqueued for it"
    assert len(hook.posts) == 1


async def test_a_receiver_that_is_gone_is_disabled_until_it_is_enabled(
    tmp_path: Path, running: Serving, hook: Inbox
) -> None:
    """410 disables the webhook: the list shows it, and enabling it delivers the event once the receiver works."""
    secret = "hook-secret-of-a-file"
    leaks.learn_secret(secret)
    (tmp_path / "secret").write_text(f"{secret}\n")
    code, printed, _ = await webhooks(tmp_path, "add", hook.url, "--secret-file", "secret")
    assert (code, printed) == (0, f"1  {secret}\n")
    hook.status = 410
    await create(running, "+14155550001")
    async with asyncio.timeout(PATIENCE):
        while (found := json.loads((await webhooks(tmp_path, "list", "--json"))[1]))[0]["disabled_at"] is None:
            pass
    assert (await webhooks(tmp_path, "list"))[1] == f"1  {hook.url}  all events  disabled {found[0]['disabled_at']}\n"
    assert (await webhooks(tmp_path, "dead", "--json"))[1] == "[]\n"
    hook.status = 200
    not_found = "Error: there is no webhook 2: `numberkeep webhooks list` lists them\n"
    for command in ("enable", "replay"):
        assert await webhooks(tmp_path, command, "2") == (1, "", not_found)
    code, printed, stderr_text = await webhooks(tmp_path, "replay", "1")
    assert (code, printed, "enable it with `numberkeep webhooks enable 1`" in stderr_text) == (1, "", True)
    assert await webhooks(tmp_path, "enable", "1") == (0, "", "Enabled 1.\n")
    await hook.until(lambda: len(hook.posts) == 2)
    assert hook.ids[0] == hook.ids[1]
    assert hook.ids[0].startswith("default-1-")
    post = hook.posts[1]
    assert post.headers["webhook-signature"] == signature(
        secret, post.id, int(post.headers["webhook-timestamp"]), post.content
    )
    assert (await webhooks(tmp_path, "list"))[1] == f"1  {hook.url}  all events\n"


DEAD = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
INSERT INTO messages (account_id, message_id, phone, content, status, created_at, line, direction, handle, error)
SELECT 1, i, '+1415' || (5550000 + i), 'Hi', 'failed', 1, '', 'outbound', '', 'status 500' FROM n;
INSERT INTO outbox (account_id, target, item, phone, created_at, attempts, due_at, state, head, error)
SELECT 1, 0, message_id, phone, 1, 15, 1, 2, 0, error FROM messages;
UPDATE accounts SET last_message = 5001
"""
"""One more dead message than a replay revives."""


async def test_partial_lists_and_replays_are_reported(tmp_path: Path) -> None:
    """1000 dead deliveries are listed and 5000 replayed at a time; stderr mentions the rest, a replay ends with 3."""
    assert (await asyncio.to_thread(run, "keys", "create", cwd=tmp_path)).returncode == 0
    await execute(f"sqlite:///{tmp_path}/numberkeep.db", DEAD)
    for arguments, count in (((), 1000), (("--json",), 1)):
        code, printed, stderr_text = await webhooks(tmp_path, "dead", *arguments)
        assert (code, printed.count("\n")) == (0, count)
        assert stderr_text == "Only the first 1000 are listed: `numberkeep webhooks replay` retries all of them.\n"
    more = "There may be more: repeat the command.\n"
    assert await webhooks(tmp_path, "replay") == (3, "", f"5000 deliveries will be retried.\n{more}")
    code, printed, stderr_text = await webhooks(tmp_path, "dead")
    assert (code, printed.count("\n"), stderr_text) == (0, 1, "")
    assert await webhooks(tmp_path, "replay") == (0, "", "1 delivery will be retried.\n")


@pytest.mark.usefixtures("running")
async def test_an_invalid_webhook_is_refused(tmp_path: Path) -> None:
    """Private networks unless allowed, bad URLs, types and secrets: an error with the fix."""
    for url, settings, stderr_text in (
        ("http://127.0.0.1/", {"NUMBERKEEP_ALLOWED_NETWORKS": ""}, "allow its network by NUMBERKEEP_ALLOWED_NETWORKS"),
        ("http://10.0.0.1/", {}, "allow its network by NUMBERKEEP_ALLOWED_NETWORKS"),
        ("ftp://example.com/", {}, "http:// or https://"),
        ("http://ada:secret@127.0.0.1/", {}, "leave it out"),
        ("", {}, "url is required"),
    ):
        code, printed, error = await webhooks(tmp_path, "add", url, **settings)
        assert (code, printed, error.count("\n"), stderr_text in error) == (1, "", 1, True), error
    code, _, error = await webhooks(tmp_path, "add", "http://127.0.0.1/", "--type", "contact.made")
    assert (code, error.count("\n"), "did you mean" in error) == (1, 1, True)
    for content, code in ((b"\n", 2), (b"s\xe9cret\n", 2), (b"be\x07ll\n", 1)):  # an empty secret would sign nothing
        (tmp_path / "secret").write_bytes(content)
        refused = await webhooks(tmp_path, "add", "http://127.0.0.1/", "--secret-file", "secret")
        assert (refused[0], refused[1], "secret" in refused[2]) == (code, "", True)
    assert (await webhooks(tmp_path, "list"))[1] == ""
