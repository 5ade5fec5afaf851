"""`numberkeep webhooks` on a real service and on its database, with a real receiver."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
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
DATABASE = "sqlite:///numberkeep.db"
WARNING = (
    "Warning: 127.0.0.1 is a loopback address; allow its network by NUMBERKEEP_ALLOWED_NETWORKS where the service "
    "runs, or it delivers nothing there.\n"
)
Webhooks = Callable[..., Awaitable[tuple[int, str, str]]]


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


def service_variables(running: Serving) -> dict[str, str]:
    """Return the variables that name the service."""
    return {
        "SENDBLUE_API_BASE_URL": running.url,
        "SENDBLUE_API_API_KEY": SETTINGS["NUMBERKEEP_API_KEY"],
        "SENDBLUE_API_API_SECRET": SETTINGS["NUMBERKEEP_API_SECRET"],
    }


async def command(cwd: Path, *arguments: str, **settings: str) -> tuple[int, str, str]:
    """Return the exit code, stdout and stderr; run in a thread, because the receiver answers meanwhile."""
    done = await asyncio.to_thread(run, "webhooks", *arguments, cwd=cwd, **settings)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(params=["service", "database"])
def webhooks(request: pytest.FixtureRequest, tmp_path: Path, running: Serving) -> Webhooks:
    """Return a function that runs a subcommand on the service, and one that runs it on the service's database.

    The command's own environment allows no network. What the second prints about its target is checked and left out.
    """

    async def on_service(*arguments: str) -> tuple[int, str, str]:
        return await command(tmp_path, *arguments, **service_variables(running))

    async def on_database(*arguments: str) -> tuple[int, str, str]:
        code, printed, said = await command(tmp_path, *arguments, "--database", DATABASE)
        if code in {0, 3}:
            does = "Read from" if arguments[0] in {"list", "dead"} else "Changed"
            target = f"{does} the account default in {DATABASE}.\n"
            assert target in said
            said = said.replace(target, "")
        return code, printed, said

    return on_service if request.param == "service" else on_database


async def create(running: Serving, number: str) -> None:
    """Create a contact, which creates an event."""
    headers = {"sb-api-key-id": "hook-key", "sb-api-secret-key": "hook-secret"}
    async with httpx2.AsyncClient(base_url=running.url, headers=headers, timeout=PATIENCE) as wire:
        assert (await wire.post(CONTACTS, json={"number": number})).status_code == 200


async def test_a_webhook_gets_its_events_until_it_is_removed(webhooks: Webhooks, running: Serving, hook: Inbox) -> None:
    """Its event types, signed with the secret that is shown once."""
    code, printed, _ = await webhooks("add", hook.url, "--type", "contact.created", "--json")
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
    listed = await webhooks("list", "--json")
    assert json.loads(listed[1]) == [{name: value for name, value in made.items() if name != "secret"}]
    assert (await webhooks("list"))[1] == f"1  {hook.url}  contact.created\n"
    assert await webhooks("rm", "1") == (0, "", "Removed 1.\n")
    empty = "There are no webhooks: `numberkeep webhooks add URL` registers one.\n"
    assert await webhooks("list") == (0, "", empty)
    assert await webhooks("list", "--json") == (0, "[]\n", "")
    code, printed, stderr_text = await webhooks("rm", "1")
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
    tmp_path: Path, webhooks: Webhooks, running: Serving, hook: Inbox
) -> None:
    """410 disables the webhook: the list shows it, and enabling it delivers the event once the receiver works."""
    secret = "hook-secret-of-a-file"
    leaks.learn_secret(secret)
    (tmp_path / "secret").write_text(f"{secret}\n")
    code, printed, _ = await webhooks("add", hook.url, "--secret-file", "secret")
    assert (code, printed) == (0, f"1  {secret}\n")
    hook.status = 410
    await create(running, "+14155550001")
    async with asyncio.timeout(PATIENCE):
        while (found := json.loads((await webhooks("list", "--json"))[1]))[0]["disabled_at"] is None:
            pass
    assert (await webhooks("list"))[1] == f"1  {hook.url}  all events  disabled {found[0]['disabled_at']}\n"
    assert await webhooks("dead", "--json") == (0, "[]\n", "")
    assert await webhooks("dead") == (0, "", "No delivery exhausted its retries.\n")
    hook.status = 200
    not_found = "Error: there is no webhook 2: `numberkeep webhooks list` lists them\n"
    for subcommand in ("enable", "replay"):
        assert await webhooks(subcommand, "2") == (1, "", not_found)
    code, printed, stderr_text = await webhooks("replay", "1")
    assert (code, printed, "enable it with `numberkeep webhooks enable 1`" in stderr_text) == (1, "", True)
    assert await webhooks("enable", "1") == (0, "", "Enabled 1.\n")
    await hook.until(lambda: len(hook.posts) == 2)
    assert hook.ids[0] == hook.ids[1]
    assert hook.ids[0].startswith("default-1-")
    post = hook.posts[1]
    assert post.headers["webhook-signature"] == signature(
        secret, post.id, int(post.headers["webhook-timestamp"]), post.content
    )
    assert (await webhooks("list"))[1] == f"1  {hook.url}  all events\n"


DEAD = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
INSERT INTO messages (account_id, message_id, phone, content, status, created_at, line, direction, handle, error)
SELECT 1, i, '+1415' || (5550000 + i), 'Hi', 'failed', 1, '', 'outbound', '', 'status 500' FROM n;
INSERT INTO outbox (account_id, target, item, phone, created_at, attempts, due_at, state, head, error)
SELECT 1, 0, message_id, phone, 1, 15, 1, 2, 0, error FROM messages;
UPDATE accounts SET last_message = 5001
"""
"""One more dead message than a replay revives."""


async def test_partial_lists_and_replays_are_reported(tmp_path: Path, webhooks: Webhooks) -> None:
    """1000 dead deliveries are listed and 5000 replayed at a time; stderr mentions the rest, a replay ends with 3."""
    await execute(f"sqlite:///{tmp_path}/numberkeep.db", DEAD)
    for arguments, count in (((), 1000), (("--json",), 1)):
        code, printed, stderr_text = await webhooks("dead", *arguments)
        assert (code, printed.count("\n")) == (0, count)
        assert stderr_text == "1000 are listed at most: `numberkeep webhooks replay` retries all of them.\n"
    more = "There may be more: repeat the command.\n"
    assert await webhooks("replay") == (3, "", f"5000 deliveries will be retried.\n{more}")
    code, printed, stderr_text = await webhooks("dead")
    assert (code, printed.count("\n"), stderr_text) == (0, 1, "")
    assert await webhooks("replay") == (0, "", "1 delivery will be retried.\n")


async def test_the_networks_of_the_service_count(tmp_path: Path, running: Serving) -> None:
    """Not those of the command: the service refuses what its settings do not allow, whatever the command's allow."""
    url, allowed = "http://10.0.0.1/", {"NUMBERKEEP_ALLOWED_NETWORKS": "10.0.0.0/8"}
    code, printed, error = await command(tmp_path, "add", url, **service_variables(running), **allowed)
    assert (code, printed, error.count("\n")) == (1, "", 1)
    assert "10.0.0.1 is a private address; allow its network by NUMBERKEEP_ALLOWED_NETWORKS" in error


async def test_on_the_database_a_network_is_warned_about(tmp_path: Path, running: Serving, hook: Inbox) -> None:
    """The service's networks are not known there, and they count at delivery; those of the command are a hint."""
    code, _, said = await command(tmp_path, "add", hook.url, "--database", DATABASE)
    assert (code, said.startswith(WARNING)) == (0, True)
    allowed = SETTINGS["NUMBERKEEP_ALLOWED_NETWORKS"]
    arguments = ("add", hook.url, "--database", DATABASE)
    code, _, said = await command(tmp_path, *arguments, NUMBERKEEP_ALLOWED_NETWORKS=allowed)
    assert (code, "Warning" in said) == (0, False)
    await create(running, "+14155550001")
    await hook.until(lambda: len(hook.posts) == 2)


async def test_a_wrong_key_changes_nothing(tmp_path: Path, running: Serving) -> None:
    """Each subcommand exits with 4; without a target with 2, whatever NUMBERKEEP_DATABASE says."""
    wrong = {**service_variables(running), "SENDBLUE_API_API_SECRET": "wrong"}
    for arguments in (["add", "https://example.com"], ["list"], ["enable", "1"], ["rm", "1"], ["dead"], ["replay"]):
        assert await command(tmp_path, *arguments, **wrong) == (4, "", "Error: Invalid Credentials\n")
        code, printed, said = await command(tmp_path, *arguments, NUMBERKEEP_DATABASE=DATABASE)
        assert (code, printed, said.count("\n"), "--database" in said) == (2, "", 1, True)


async def test_an_invalid_webhook_is_refused(tmp_path: Path, webhooks: Webhooks) -> None:
    """Bad URLs, types and secrets: an error with the fix."""
    for url, stderr_text in (
        ("ftp://example.com/", "http:// or https://"),
        ("http://ada:secret@127.0.0.1/", "leave it out"),
        ("", "url is required"),
    ):
        code, printed, error = await webhooks("add", url)
        assert (code, printed, error.count("\n"), stderr_text in error) == (1, "", 1, True), error
    code, _, error = await webhooks("add", "http://127.0.0.1/", "--type", "contact.made")
    assert (code, error.count("\n"), "did you mean" in error) == (1, 1, True)
    for content, code in ((b"\n", 2), (b"s\xe9cret\n", 2), (b"be\x07ll\n", 1)):  # an empty secret would sign nothing
        (tmp_path / "secret").write_bytes(content)
        refused = await webhooks("add", "http://127.0.0.1/", "--secret-file", "secret")
        assert (refused[0], refused[1], "secret" in refused[2]) == (code, "", True)
    assert (await webhooks("list"))[1] == ""
