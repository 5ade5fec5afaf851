"""Twilio's form at POST /_numberkeep/inbound, authenticated by its signature."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx2
import pytest

from numberkeep.carriers.settings import Carriers
from numberkeep.domain.limits import MAX_BODY_BYTES, MAX_CONTENT, MAX_HANDLE
from numberkeep.store.contract import Store
from support.api import CONTACTS, Service, running_service
from support.inbound import INBOUND, form, signed

PHONE = "+14155552671"
MESSAGES = "/_numberkeep/messages"
TOKEN = "twilios-token"
SENT = form(PHONE, "Gr\u00fc\u00df dich & bye + 100%")


@pytest.fixture
async def service(engine: Store) -> AsyncIterator[Service]:
    """Return a service with Twilio's secret."""
    async with running_service(store=engine, carriers=Carriers(twilio_auth_token=TOKEN)) as running:
        yield running


@pytest.fixture
async def twilio(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """Return a client without a key."""
    async with service.wire(None) as client:
        yield client


async def test_a_signed_form_is_accepted(wire: httpx2.AsyncClient, twilio: httpx2.AsyncClient) -> None:
    """It verifies and is stored with its SID and both numbers; the response is empty TwiML."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    answer = await twilio.post(INBOUND, data=SENT, headers=signed(INBOUND, SENT, TOKEN))
    assert (answer.status_code, answer.text) == (200, "<Response></Response>")
    assert answer.headers["content-type"] == "text/xml"
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]["verified"] is True
    message = (await wire.get(MESSAGES)).json()[0]
    assert (message["from"], message["to"], message["handle"]) == (PHONE, "+15122164639", "SM1")
    assert message["content"] == SENT["Body"]


async def test_a_repeated_message_is_stored_once(wire: httpx2.AsyncClient, twilio: httpx2.AsyncClient) -> None:
    """Twenty concurrent requests, in any order of fields, are one message with one response."""
    posts = []
    for n in range(20):
        fields = list(SENT.items())
        content = urlencode(fields if n % 2 else fields[::-1]).encode()
        posts.append(twilio.post(INBOUND, content=content, headers=signed(INBOUND, SENT, TOKEN)))
    answers = await asyncio.gather(*posts)
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "<Response></Response>")}
    assert len((await wire.get(MESSAGES)).json()) == 1


async def test_an_idempotency_key_is_for_one_form(wire: httpx2.AsyncClient, twilio: httpx2.AsyncClient) -> None:
    """The same form with its key is one message, even without SID; another form with it is 409."""
    statuses = []
    for content in ("yes", "yes", "STOP"):
        sent = form(PHONE, content, sid="")
        headers = {**signed(INBOUND, sent, TOKEN), "Idempotency-Key": "k"}
        statuses.append((await twilio.post(INBOUND, data=sent, headers=headers)).status_code)
    assert statuses == [200, 200, 409]
    assert [message["content"] for message in (await wire.get(MESSAGES)).json()] == ["yes"]


async def test_the_query_names_the_account(service: Service, twilio: httpx2.AsyncClient) -> None:
    """It is signed as part of the URL; an unknown name is 404, after authentication."""
    async with service.wire(await service.new_account("acme")) as acme:
        path = f"{INBOUND}?account=acme"
        assert (await twilio.post(path, data=SENT, headers=signed(path, SENT, TOKEN))).status_code == 200
        assert len((await acme.get(MESSAGES)).json()) == 1
    path = f"{INBOUND}?account=nobody"
    assert (await twilio.post(path, data=SENT, headers=signed(path, SENT, TOKEN))).status_code == 404
    assert (await twilio.post(path, data=SENT, headers=signed(path, SENT, "guess"))).status_code == 401


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (INBOUND, {**SENT, "Body": "STOP"}),
        (INBOUND, {**SENT, "From": "+14155550002"}),
        (INBOUND, {**SENT, "More": ""}),
        (INBOUND, {name: value for name, value in SENT.items() if name != "FromCity"}),
        (f"{INBOUND}?account=default", SENT),
        (f"{INBOUND}?", SENT),
        (INBOUND.replace("inbound", "%69nbound"), SENT),
    ],
)
async def test_a_modified_request_is_refused(
    wire: httpx2.AsyncClient, twilio: httpx2.AsyncClient, path: str, sent: dict[str, str]
) -> None:
    """Another body, path or query than the signed one is 401, and nothing is stored."""
    headers = signed(f"{INBOUND}?account=other" if path.endswith("?") else INBOUND, SENT, TOKEN)
    answer = await twilio.post(path, data=sent, headers=headers)
    assert answer.status_code == 401
    assert "NUMBERKEEP_PUBLIC_URL" in answer.json()["message"]
    assert (await wire.get(MESSAGES)).json() == []


@pytest.mark.parametrize("signature", ["", "x", "\u00fc", "A" * 28, "RSOYDt4T1cUTdK1PDd93/VVr8B8="])
async def test_a_wrong_signature_is_refused(twilio: httpx2.AsyncClient, signature: str) -> None:
    """401 for any signature and any body."""
    headers = [(b"x-twilio-signature", signature.encode("latin-1"))]
    for content in (urlencode(SENT).encode(), b"", b'{"from": "+14155552671"}'):
        assert (await twilio.post(INBOUND, content=content, headers=headers)).status_code == 401


async def test_without_a_token_no_signature_is_accepted() -> None:
    """A service without Twilio's secret refuses requests signed with an empty one."""
    async with running_service() as service, service.wire(None) as twilio:
        assert (await twilio.post(INBOUND, data=SENT, headers=signed(INBOUND, SENT, ""))).status_code == 401


@pytest.mark.parametrize("public", ["https://sms.example.com", "https://sms.example.com/", "https://example.com/keep"])
async def test_the_public_url_is_the_signed_one(public: str) -> None:
    """Behind a proxy NUMBERKEEP_PUBLIC_URL overrides the request's headers."""
    carriers = Carriers(twilio_auth_token=TOKEN, public_url=public)
    path = f"{INBOUND}?account=default"
    async with running_service(carriers=carriers) as service, service.wire(None) as twilio:
        outside = signed(path, SENT, TOKEN, public.rstrip("/"))
        misled = {"x-forwarded-host": "evil.example.com", "x-forwarded-proto": "http"}
        assert (await twilio.post(path, data=SENT, headers={**outside, **misled})).status_code == 200
        assert (await twilio.post(path, data=SENT, headers=signed(path, SENT, TOKEN))).status_code == 401


@pytest.mark.parametrize(
    ("forwarded", "base"),
    [
        ({"x-forwarded-proto": "https"}, "https://numberkeep.test"),
        ({"x-forwarded-host": "sms.example.com"}, "http://sms.example.com"),
        ({"x-forwarded-proto": "https", "x-forwarded-host": "sms.example.com:8443"}, "https://sms.example.com:8443"),
        ({"x-forwarded-proto": "https, http", "x-forwarded-host": "out.example, in.example"}, "https://out.example"),
    ],
)
async def test_forwarded_headers_determine_the_signed_url(
    twilio: httpx2.AsyncClient, forwarded: dict[str, str], base: str
) -> None:
    """Without a public URL, it is built from the first proxy's headers."""
    headers = {**signed(INBOUND, SENT, TOKEN, base), **forwarded}
    assert (await twilio.post(INBOUND, data=SENT, headers=headers)).status_code == 200
    assert (await twilio.post(INBOUND, data=SENT, headers=signed(INBOUND, SENT, TOKEN, base))).status_code == 401


@pytest.mark.parametrize(
    ("seen", "signed_for"),
    [
        ("ex.example:8443", "https://ex.example"),
        ("ex.example", "https://ex.example:443"),
        ("ex.example:443", "https://ex.example"),
        ("ex.example:443", "https://ex.example:443"),
        ("[2001:db8::1]:443", "https://[2001:db8::1]"),
    ],
)
async def test_a_signature_may_omit_or_add_the_port(twilio: httpx2.AsyncClient, seen: str, signed_for: str) -> None:
    """As in Twilio's own libraries; another host or port is refused."""
    headers = {"host": seen, "x-forwarded-proto": "https"}
    good = signed(INBOUND, SENT, TOKEN, signed_for)
    assert (await twilio.post(INBOUND, data=SENT, headers={**good, **headers})).status_code == 200
    for other in ("https://other.example", "https://ex.example:9", "http://ex.example:80"):
        bad = signed(INBOUND, SENT, TOKEN, other)
        assert (await twilio.post(INBOUND, data=SENT, headers={**bad, **headers})).status_code == 401


@pytest.mark.parametrize(
    ("said", "opted_out", "verified"), [("STOP", True, False), ("HELP", None, False), ("START", False, True)]
)
async def test_twilio_may_report_an_opt_out(
    wire: httpx2.AsyncClient, twilio: httpx2.AsyncClient, said: str, *, opted_out: bool | None, verified: bool
) -> None:
    """`OptOutType` counts in addition to the text, which may be a keyword known only to Twilio."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    sent = form(PHONE, "PALABRA", OptOutType=said)
    assert (await twilio.post(INBOUND, data=sent, headers=signed(INBOUND, sent, TOKEN))).status_code == 200
    contact = (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]
    assert (contact["opt_out"], contact["verified"]) == (opted_out is True, verified)


@pytest.mark.parametrize("sender", ["72345", "MyBank"])
async def test_a_sender_without_a_number_is_stored(
    wire: httpx2.AsyncClient, twilio: httpx2.AsyncClient, sender: str
) -> None:
    """A short code and an alphanumeric sender id."""
    sent = form(sender, "Your code is 1234")
    answer = await twilio.post(INBOUND, data=sent, headers=signed(INBOUND, sent, TOKEN))
    assert (answer.status_code, answer.text) == (200, "<Response></Response>")
    assert [message["from"] for message in (await wire.get(MESSAGES)).json()] == [sender]


@pytest.mark.parametrize("status", ["sent", "delivered", "undelivered", "failed", "read"])
async def test_a_status_callback_is_not_a_message(
    wire: httpx2.AsyncClient, twilio: httpx2.AsyncClient, status: str
) -> None:
    """It is answered and ignored: its `From` is the account's own line, and it verifies no contact."""
    sent = form("+15122164639", MessageStatus=status, SmsStatus=status, To=PHONE)
    del sent["Body"]
    answer = await twilio.post(INBOUND, data=sent, headers=signed(INBOUND, sent, TOKEN))
    assert (answer.status_code, answer.text) == (200, "<Response></Response>")
    assert (await wire.get(MESSAGES)).json() == []


@pytest.mark.parametrize(
    ("more", "field", "fix"),
    [
        ({"From": ""}, "From", "is required"),
        ({"From": "+12"}, "From", "E.164"),
        ({"From": PHONE + "\0"}, "From", "NUL"),
        ({"To": "\0"}, "To", "NUL"),
        ({"Body": "a\0b"}, "Body", "NUL"),
        ({"MessageSid": "\0"}, "MessageSid", "NUL"),
        ({"Body": "x" * (MAX_CONTENT + 1)}, "Body", "at most"),
        ({"MessageSid": "x" * (MAX_HANDLE + 1)}, "MessageSid", "at most"),
    ],
)
async def test_an_invalid_field_is_refused(
    wire: httpx2.AsyncClient, twilio: httpx2.AsyncClient, more: dict[str, str], field: str, fix: str
) -> None:
    """400, signed or not, with the form's field and the fix; nothing is stored."""
    sent = form(PHONE) | more
    answer = await twilio.post(INBOUND, data=sent, headers=signed(INBOUND, sent, TOKEN))
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], fix in error["message"]) == (field, True)
    assert (await wire.get(MESSAGES)).json() == []


async def test_an_empty_and_a_long_text_are_accepted(wire: httpx2.AsyncClient, twilio: httpx2.AsyncClient) -> None:
    """A picture alone, and a text at the limit."""
    for n, content in enumerate(("", "\u00e4" * MAX_CONTENT)):
        sent = form(PHONE, content, sid=str(n), MediaUrl0="https://api.twilio.com/x")
        assert (await twilio.post(INBOUND, data=sent, headers=signed(INBOUND, sent, TOKEN))).status_code == 200
    assert [len(message["content"]) for message in (await wire.get(MESSAGES)).json()] == [MAX_CONTENT, 0]


@pytest.mark.parametrize("content", [b"Body=\xff", b"a=1&" * 201])
async def test_an_invalid_form_is_refused(twilio: httpx2.AsyncClient, content: bytes) -> None:
    """Invalid UTF-8 and too many fields are 400; a large body is 413."""
    headers = {"X-Twilio-Signature": "x"}
    answer = await twilio.post(INBOUND, content=content, headers=headers)
    assert (answer.status_code, "form in UTF-8" in answer.json()["message"]) == (400, True)
    large = await twilio.post(INBOUND, content=b"x" * (MAX_BODY_BYTES + 1), headers=headers)
    assert large.status_code == 413
