"""`numberkeep consent` with the responses of a service."""

import asyncio
import json

import pytest
from click.testing import CliRunner, Result

from numberkeep.cli.main import cli
from support.receiver import answer, receiving

ABOUT = answer(200, b'{"info": {"title": "numberkeep"}}')
ENTRY = {
    "entry": 7,
    "number": "+14155552671",
    "at": "2026-09-21T14:13:20.123456Z",
    "opted_out": True,
    "source": "message",
    "wording": "stop",
    "hash": "00ff",
}


async def consent(port: int, *arguments: str) -> Result:
    """Run the command."""
    variables = {
        "SENDBLUE_API_BASE_URL": f"http://127.0.0.1:{port}",
        "SENDBLUE_API_API_KEY": "consent-key",
        "SENDBLUE_API_API_SECRET": "consent-secret",
    }
    return await asyncio.to_thread(CliRunner().invoke, cli, ["consent", *arguments], env=variables)


async def test_the_entries_of_the_service_are_shown() -> None:
    """Like those of a database, with times to the second. The number is escaped, and the check has no key."""
    async with receiving(ABOUT, answer(200, json.dumps([ENTRY]).encode())) as receiver:
        done = await consent(receiver.port, "show", "+1 (415) 555-2671")
    assert (done.exit_code, done.stdout) == (0, '7  2026-09-21T14:13:20Z  opted out by message: "stop"\n')
    about, asked = receiver.requests
    assert "sb-api-secret-key" not in about.headers
    assert asked.line == "GET /_numberkeep/consent?number=%2B1+%28415%29+555-2671 HTTP/1.1"
    assert (asked.headers["sb-api-key-id"], asked.headers["sb-api-secret-key"]) == ("consent-key", "consent-secret")


async def test_json_has_the_form_of_a_database() -> None:
    """The same fields, and no others."""
    async with receiving(ABOUT, answer(200, json.dumps([ENTRY | {"more": 1}]).encode())) as receiver:
        done = await consent(receiver.port, "show", "+14155552671", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, [ENTRY | {"at": "2026-09-21T14:13:20Z"}])


@pytest.mark.parametrize(
    ("faults", "code", "printed", "stderr_text"),
    [
        ([], 0, "", "3 entries, no faults.\n"),
        (["entry 2 does not follow"], 1, "entry 2 does not follow\n", "3 entries, 1 fault.\n"),
    ],
)
async def test_faults_in_the_ledger_end_it_with_1(faults: list[str], code: int, printed: str, stderr_text: str) -> None:
    """Each fault is a line."""
    body = {"entries": 3, "faults": faults, "status": "OK"}
    async with receiving(ABOUT, answer(200, json.dumps(body).encode())) as receiver:
        done = await consent(receiver.port, "verify")
    assert (done.exit_code, done.stdout, done.stderr) == (code, printed, stderr_text)


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b'{"entries": "many", "faults": []}', b'{"faults": []}'])
async def test_a_response_in_another_form_is_an_error(body: bytes) -> None:
    """One line with the URL, without the response."""
    async with receiving(ABOUT, answer(200, body)) as receiver:
        done = await consent(receiver.port, "verify")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "/_numberkeep/consent/verify does not answer as a numberkeep service does (status 200)" in done.stderr


@pytest.mark.parametrize("body", [b"{", b"5", b'["x"]', b'[{"entry": 1}]', b'[{"at": "now"}]'])
async def test_entries_in_another_form_are_an_error(body: bytes) -> None:
    """Nothing of them is printed."""
    async with receiving(ABOUT, answer(200, body)) as receiver:
        done = await consent(receiver.port, "show", "+14155552671")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "does not answer as a numberkeep service does" in done.stderr
