"""The hosted service's `receive` payload at POST /_numberkeep/inbound, authenticated by `sb-signing-secret`."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from numberkeep.carriers.settings import Carriers
from numberkeep.domain.limits import MAX_CONTENT, MAX_HANDLE
from numberkeep.service import accounts
from numberkeep.store.contract import Store
from support.api import CONTACTS, Service, running_service
from support.inbound import INBOUND, hosted, signing

PHONE = "+14155552671"
MESSAGES = "/_numberkeep/messages"
EVERYBODYS = "the-deployments-secret"


@pytest.fixture
async def service(engine: Store) -> AsyncIterator[Service]:
    """Return a service with a signing secret for all accounts, and an account `acme` with its own."""
    async with running_service(store=engine, carriers=Carriers(signing_secret=EVERYBODYS)) as running:
        yield running


@pytest.fixture
async def acme(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """Return a client of `acme`, whose signing secret is `acmes-own-secret`."""
    pair = await service.new_account("acme")
    await accounts.change(service.context, "acme", accounts.Changes(signing_secret="acmes-own-secret"))
    async with service.wire(pair) as client:
        yield client


@pytest.fixture
async def carrier(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """Return a client without a key."""
    async with service.wire(None) as client:
        yield client


async def senders(wire: httpx2.AsyncClient) -> list[str]:
    """Return the senders of the account's messages, oldest first."""
    return [message["from"] for message in reversed((await wire.get(MESSAGES)).json())]


async def test_the_documented_payload_is_accepted(wire: httpx2.AsyncClient, carrier: httpx2.AsyncClient) -> None:
    """It verifies, and is stored with handle and line; unknown fields of any type are ignored."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    payload = hosted(PHONE, "Hello", message_handle="h-1", error_detail={"deep": [[{"er": [1.5e300, None]}]]}, extra=[])
    answer = await carrier.post(INBOUND, json=payload, headers=signing(EVERYBODYS))
    assert (answer.status_code, answer.json()["verified"], answer.json()["duplicate"]) == (200, True, False)
    message = (await wire.get(MESSAGES)).json()[0]
    assert (message["from"], message["to"], message["handle"]) == (PHONE, "+15122164639", "h-1")
    again = await carrier.post(INBOUND, json=payload, headers=signing(EVERYBODYS))
    assert again.json()["duplicate"] is True


async def test_equal_concurrent_payloads_are_one_message(wire: httpx2.AsyncClient, carrier: httpx2.AsyncClient) -> None:
    """Of twenty concurrent requests with one handle exactly one is stored."""
    payload = hosted(PHONE, message_handle="h")
    posts = [carrier.post(INBOUND, json=payload, headers=signing(EVERYBODYS)) for _ in range(20)]
    answers = await asyncio.gather(*posts)
    assert [answer.json()["duplicate"] for answer in answers].count(False) == 1
    assert await senders(wire) == [PHONE]


async def test_an_account_s_secret_selects_the_account(
    wire: httpx2.AsyncClient, acme: httpx2.AsyncClient, carrier: httpx2.AsyncClient
) -> None:
    """A query that names another account is refused, whether that exists or not."""
    for n, query in enumerate(("", "?account=acme", "?account=default", "?account=nobody")):
        payload = hosted(PHONE, message_handle=str(n))
        answer = await carrier.post(f"{INBOUND}{query}", json=payload, headers=signing("acmes-own-secret"))
        assert answer.status_code == (200 if n < 2 else 400)
        assert n < 2 or answer.json()["errors"][0]["field"] == "account"
    assert (await senders(acme), await senders(wire)) == ([PHONE] * 2, [])


async def test_the_deployment_s_secret_selects_the_named_account(
    wire: httpx2.AsyncClient, acme: httpx2.AsyncClient, carrier: httpx2.AsyncClient
) -> None:
    """`default` unless the query names one; unknown names are 404, invalid parameters 400."""
    headers = signing(EVERYBODYS)
    for path in (INBOUND, f"{INBOUND}?account=default", f"{INBOUND}?account="):
        assert (await carrier.post(path, json=hosted(PHONE), headers=headers)).status_code == 200
    assert (await carrier.post(f"{INBOUND}?account=acme", json=hosted(PHONE), headers=headers)).status_code == 200
    assert (await senders(acme), await senders(wire)) == ([PHONE], [PHONE] * 3)
    unknown = await carrier.post(f"{INBOUND}?account=nobody", json=hosted(PHONE), headers=headers)
    assert (unknown.status_code, unknown.json()["message"]) == (404, "There is no account of this name")
    for query, field in (("acount=acme", "acount"), ("account=%00", "account")):
        bad = await carrier.post(f"{INBOUND}?{query}", json=hosted(PHONE), headers=headers)
        assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize("header", ["sb-api-key-id", "sb-api-secret-key"])
async def test_an_incomplete_key_pair_is_refused(
    wire: httpx2.AsyncClient, carrier: httpx2.AsyncClient, header: str
) -> None:
    """A request with a key header is authenticated by it alone, whatever other credentials it has."""
    answer = await carrier.post(INBOUND, json=hosted(PHONE), headers={**signing(EVERYBODYS), header: "x"})
    assert answer.status_code == 403
    assert await senders(wire) == []


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    "secret", ["", "wrong", EVERYBODYS.upper(), EVERYBODYS + "x", "acme", "acmes-own-secret\u00fc"]
)
async def test_a_wrong_secret_is_refused(carrier: httpx2.AsyncClient, wire: httpx2.AsyncClient, secret: str) -> None:
    """401 with the fix, before the body is read."""
    for content in (json.dumps(hosted(PHONE)).encode(), b"{"):
        headers = [(b"sb-signing-secret", secret.encode("latin-1"))]
        answer = await carrier.post(INBOUND, content=content, headers=headers)
        assert answer.status_code == 401
        assert "numberkeep accounts set" in answer.json()["message"]
    assert await senders(wire) == []


async def test_the_secret_is_checked_before_the_body_is_read(carrier: httpx2.AsyncClient) -> None:
    """Who does not know it cannot make the service hold a body."""
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(b"{}")
        yield read[-1]

    asks_first = {"expect": "100-continue"}  # so nothing is read only to be discarded
    for secret, status in (("wrong", 401), (EVERYBODYS, 400)):
        answer = await carrier.post(INBOUND, content=body(), headers={**signing(secret), **asks_first})
        assert (answer.status_code, len(read)) == (status, status == 400)


async def test_a_removed_secret_is_refused(
    service: Service, acme: httpx2.AsyncClient, carrier: httpx2.AsyncClient
) -> None:
    """A changed secret replaces the old one at once; without one the account accepts no messages by secret."""
    for secret, old in (("acmes-newer-secret", "acmes-own-secret"), ("", "acmes-newer-secret")):
        await accounts.change(service.context, "acme", accounts.Changes(signing_secret=secret))
        assert (await carrier.post(INBOUND, json=hosted(PHONE), headers=signing(old))).status_code == 401
    assert (await carrier.post(INBOUND, json=hosted(PHONE), headers=signing(""))).status_code == 401
    assert await senders(acme) == []


async def test_without_a_deployment_secret_none_is_accepted() -> None:
    """An empty setting does not match an empty header."""
    async with running_service() as service, service.wire(None) as carrier:
        for secret in ("", EVERYBODYS):
            answer = await carrier.post(INBOUND, json=hosted(PHONE), headers=signing(secret))
            assert answer.status_code == 401


async def test_an_outbound_payload_changes_nothing(wire: httpx2.AsyncClient, carrier: httpx2.AsyncClient) -> None:
    """It is answered OK and ignored: no message, no opt-out, no verification."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    payload = hosted(PHONE, "STOP", is_outbound=True, from_number="+15122164639", status="DELIVERED")
    answer = await carrier.post(INBOUND, json=payload, headers=signing(EVERYBODYS))
    assert (answer.status_code, answer.json()) == (200, {"status": "OK"})
    contact = (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]
    assert (contact["verified"], contact["opt_out"]) == (False, False)
    assert len((await wire.get(MESSAGES)).json()) == 1


@pytest.mark.parametrize(("content", "opted_out"), [("STOPALL", True), ("vete", True), ("hello", False)])
async def test_the_hosted_service_may_report_an_opt_out(
    wire: httpx2.AsyncClient, carrier: httpx2.AsyncClient, content: str, *, opted_out: bool
) -> None:
    """`opted_out: true` opts out whatever the text is; false has no effect."""
    await wire.post(CONTACTS, json={"number": PHONE})
    payload = hosted(PHONE, content, opted_out=opted_out)
    answer = await carrier.post(INBOUND, json=payload, headers=signing(EVERYBODYS))
    assert answer.json()["opted_out"] is (True if opted_out else None)
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]["opt_out"] is opted_out


async def test_an_iphone_may_write_from_an_email_address(wire: httpx2.AsyncClient, carrier: httpx2.AsyncClient) -> None:
    """The message is stored with the address as its sender, and changes nothing else."""
    payload = hosted("ada.lovelace@analytical-engine.example.com", "STOP")
    answer = await carrier.post(INBOUND, json=payload, headers=signing(EVERYBODYS))
    assert (answer.status_code, answer.json()["opted_out"]) == (200, None)
    assert await senders(wire) == ["ada.lovelace@analytical-engine.example.com"]


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        ({"number": PHONE, "content": "x"}, None),
        ({"from_number": PHONE, "content": "x"}, None),
        ({"number": "(415) 555-2671", "sendblue_number": "(512) 216-4639"}, "+15122164639"),
        ({"number": PHONE, "from_number": "+15122164639", "sendblue_number": "+15122164639"}, "+15122164639"),
        ({"number": PHONE, "to_number": "+15122164639", "sendblue_number": None}, "+15122164639"),
        ({"number": PHONE, "to_number": PHONE, "sendblue_number": "+15122164639"}, "+15122164639"),
        ({"number": PHONE, "sendblue_number": "32665", "content": None}, None),
    ],
)
async def test_the_sender_is_number(
    wire: httpx2.AsyncClient, carrier: httpx2.AsyncClient, payload: dict[str, Any], line: str | None
) -> None:
    """`number` is the person in every payload, or `from_number` if it is missing; the line is ours, if it is valid."""
    answer = await carrier.post(INBOUND, json=payload, headers=signing(EVERYBODYS))
    assert answer.json()["number"] == PHONE
    assert (await wire.get(MESSAGES)).json()[0]["to"] == line


@pytest.mark.parametrize(
    ("more", "field", "fix"),
    [
        ({"number": "", "from_number": ""}, "number", "is required"),
        ({"number": "nobody at all"}, "number", "E.164"),
        ({"number": 5}, "number", "must be a string"),
        ({"number": {"a": {"b": []}}}, "number", "must be a string"),
        ({"is_outbound": "false"}, "is_outbound", "must be true or false"),
        ({"content": "a\0"}, "content", "NUL"),
        ({"message_handle": "a\0"}, "message_handle", "NUL"),
        ({"number": PHONE + "\0"}, "number", "NUL"),
        ({"to_number": "\0"}, "to_number", "NUL"),
        ({"sendblue_number": "\0"}, "sendblue_number", "NUL"),
        ({"content": "x" * (MAX_CONTENT + 1)}, "content", "at most"),
        ({"message_handle": "x" * (MAX_HANDLE + 1)}, "message_handle", "at most"),
    ],
)
async def test_an_invalid_payload_is_refused(
    wire: httpx2.AsyncClient, carrier: httpx2.AsyncClient, more: dict[str, Any], field: str, fix: str
) -> None:
    """400 with the field and the fix; nothing is stored."""
    answer = await carrier.post(INBOUND, json=hosted(PHONE) | more, headers=signing(EVERYBODYS))
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], fix in error["message"]) == (field, True)
    assert await senders(wire) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"number=1", b"[" * 100_000, b'{"x":' * 900 + b"1"])
async def test_a_body_that_is_not_an_object_is_refused(carrier: httpx2.AsyncClient, content: bytes) -> None:
    """400 in the common shape."""
    answer = await carrier.post(INBOUND, content=content, headers=signing(EVERYBODYS))
    assert (answer.status_code, answer.json()["status"]) == (400, "ERROR")
