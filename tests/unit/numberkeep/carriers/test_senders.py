"""The requests of each sender, and how it classifies responses. Carriers are servers on a local port."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from numberkeep.carriers.hosted.sender import SendblueSender
from numberkeep.carriers.hosted.settings import SendblueSettings
from numberkeep.carriers.log_sender import LogSender
from numberkeep.carriers.twilio.sender import TwilioSender
from numberkeep.carriers.twilio.settings import TwilioSettings
from numberkeep.carriers.webhook.sender import WebhookSender
from numberkeep.carriers.webhook.settings import WebhookSenderSettings
from numberkeep.domain.messages.message import Direction, Message, MessageStatus, ReplyTo
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.signing import signature
from numberkeep.service.outlets import Sender
from support.receiver import Trick, answer, receiving

PHONE, LINE, OWN = "+14155552671", "+15122164639", "+15122160000"
TEXT = "H\u00e9llo & =\u2603"


def message(line: str = "") -> Message:
    """Return a pending message."""
    return Message(3, PHONE, line, Direction.OUTBOUND, TEXT, MessageStatus.QUEUED, 1_790_000_000_000_000)


def sendblue(poster: Poster, port: int, line: str = "") -> Sender:
    """Return the hosted service's sender, connected to a local port."""
    return SendblueSender(poster, SendblueSettings("key", "hush", line, f"http://127.0.0.1:{port}/"))


def twilio(poster: Poster, port: int, line: str = OWN) -> Sender:
    """Return Twilio's sender, connected to a local port."""
    return TwilioSender(poster, TwilioSettings("AC1", "hush", line, f"http://127.0.0.1:{port}"))


async def test_log_sends_nothing() -> None:
    """The sender `log` reports every message as logged, and writes none to the log."""
    sender: Sender = LogSender()
    assert await sender.send("acme", message()) == Delivered(MessageStatus.LOGGED)
    await sender.close()


async def test_webhook_posts_signed_json_with_the_same_id_each_time(poster: Poster) -> None:
    """A second attempt has the same id, and its own time and signature; the response body is ignored."""
    times = iter([100.9, 200.0])
    async with receiving(answer(500), answer(204)) as receiver:
        settings = WebhookSenderSettings(f"http://127.0.0.1:{receiver.port}/in?x=1", "hush")
        sender: Sender = WebhookSender(poster, settings, lambda: next(times))
        with pytest.raises(DeliveryFailed, match=r"^answered 500$") as failed:
            await sender.send("acme", message(LINE))
        assert not failed.value.permanent
        assert await sender.send("acme", message(LINE)) == Delivered()
    first, second = receiver.requests
    assert first.line == "POST /in?x=1 HTTP/1.1"
    assert first.body == second.body
    assert json.loads(first.body)["content"] == TEXT
    for request, at in ((first, 100), (second, 200)):
        assert request.headers["content-type"] == "application/json"
        assert request.headers["webhook-id"] == f"acme/3-{message(LINE).at:x}"
        assert request.headers["webhook-signature"] == signature(
            "hush", f"acme/3-{message(LINE).at:x}", at, request.body
        )
    assert "hush" not in repr(settings)


async def test_sendblue_is_called_as_documented(poster: Poster) -> None:
    """POST /api/send-message with the account's keys; the response's message_handle is the handle."""
    async with receiving(answer(202, b'{"status": "QUEUED", "message_handle": "h-1"}')) as receiver:
        sender = sendblue(poster, receiver.port, OWN)
        assert await sender.send("acme", message(LINE)) == Delivered(MessageStatus.SENT, "h-1")
        await sender.send("acme", message())
        await sendblue(poster, receiver.port).send("acme", message())
    first, second, third = receiver.requests
    assert first.line == "POST /api/send-message HTTP/1.1"
    assert first.headers["sb-api-key-id"] == "key"
    assert first.headers["sb-api-secret-key"] == "hush"
    assert json.loads(first.body) == {"number": PHONE, "content": TEXT, "from_number": LINE}
    assert json.loads(second.body)["from_number"] == OWN
    assert "from_number" not in json.loads(third.body)
    assert "hush" not in repr(SendblueSettings("key", "hush"))


@pytest.mark.parametrize(
    ("body", "reason", "permanent"),
    [
        (
            b'{"status": "ERROR", "error_code": 4002, "error_message": "+14155552671"}',
            "was not sent by the hosted service (code 4002)",
            True,
        ),
        (b'{"status": "ERROR", "error_code": "+14155552671"}', "was not sent by the hosted service", True),
        (b'{"status": "FAILED"}', "was not sent by the hosted service", True),
        (b'{"status": "DECLINED"}', "was not sent by the hosted service", True),
        (b'{"status": "ERROR", "error_code": 4001}', "was not sent by the hosted service (code 4001)", False),
        (b'{"status": "ERROR", "error_code": 5003}', "was not sent by the hosted service (code 5003)", False),
    ],
)
async def test_sendblue_may_report_an_error_with_status_200(
    poster: Poster, body: bytes, reason: str, *, permanent: bool
) -> None:
    """Only transient errors are retried; the error's text is not repeated."""
    async with receiving(answer(200, body)) as receiver:
        with pytest.raises(DeliveryFailed) as failed:
            await sendblue(poster, receiver.port).send("acme", message())
    assert str(failed.value) == reason
    assert failed.value.permanent is permanent


async def test_twilio_is_called_as_documented(poster: Poster) -> None:
    """A form to the account's Messages.json, with basic authentication; the response's sid is the handle."""
    async with receiving(answer(201, b'{"sid": "SM1", "status": "queued"}')) as receiver:
        sender = twilio(poster, receiver.port)
        assert await sender.send("acme", message(LINE)) == Delivered(MessageStatus.SENT, "SM1", "SMS")
        await sender.send("acme", message())
    first, second = receiver.requests
    assert first.line == "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1"
    assert base64.b64decode(first.headers["authorization"].removeprefix("Basic ")) == b"AC1:hush"
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(first.body.decode()) == {"To": [PHONE], "From": [LINE], "Body": [TEXT]}
    assert parse_qs(second.body.decode())["From"] == [OWN]
    assert "hush" not in repr(TwilioSettings("AC1", "hush"))


@pytest.mark.parametrize("reported_status", ["failed", "undelivered", "canceled"])
async def test_twilio_may_report_an_error_with_status_2xx(poster: Poster, reported_status: str) -> None:
    """A message that failed at once counts as not sent."""
    body = json.dumps({"sid": "SM1", "status": reported_status, "error_code": 30007}).encode()
    async with receiving(answer(201, body)) as receiver:
        with pytest.raises(DeliveryFailed, match=r"^was not sent by Twilio \(code 30007\)$") as failed:
            await twilio(poster, receiver.port).send("acme", message())
    assert failed.value.permanent


@pytest.mark.parametrize(
    ("make", "status", "body", "shown"),
    [
        (twilio, 400, {"code": 21610, "message": PHONE, "status": 400}, "answered 400 (code 21610)"),
        (twilio, 201, {"sid": "SM1", "status": "failed", "error_code": 21610}, "was not sent by Twilio (code 21610)"),
        (
            sendblue,
            200,
            {"status": "ERROR", "error_code": 10001, "error_key": "OPTED_OUT"},
            "was not sent by the hosted service (code 10001)",
        ),
        (sendblue, 400, {"status": "ERROR", "error_key": "OPTED_OUT"}, "answered 400"),
    ],
)
async def test_a_carrier_may_report_that_the_recipient_has_opted_out(
    poster: Poster, make: Callable[[Poster, int], Sender], status: int, body: dict[str, object], shown: str
) -> None:
    """With any status: the message is not retried, and its code is reported without the text."""
    async with receiving(answer(status, json.dumps(body).encode())) as receiver:
        with pytest.raises(DeliveryFailed) as failed:
            await make(poster, receiver.port).send("acme", message())
    assert (str(failed.value), failed.value.permanent, failed.value.opted_out) == (shown, True, True)


PICTURE = replace(
    message(LINE), content="", media_url="https://example.com/a.png", send_style="slam", plain=True, seat_id="s-1"
)


async def test_every_sender_sends_files(poster: Poster) -> None:
    """By their URL, with a text only if there is one; the hosted service also gets how to show it."""
    async with receiving(answer(200)) as receiver:
        settings = WebhookSenderSettings(f"http://127.0.0.1:{receiver.port}/in")
        webhook = WebhookSender(poster, settings, lambda: 1_790_000_000.0)
        for sender in (webhook, sendblue(poster, receiver.port), twilio(poster, receiver.port)):
            await sender.send("acme", PICTURE)
    of_webhook, of_sendblue, of_twilio = [request.body for request in receiver.requests]
    shown = json.loads(of_webhook)
    assert (shown["content"], shown["media_url"], shown["send_style"]) == ("", PICTURE.media_url, "slam")
    assert json.loads(of_sendblue) == {
        "number": PHONE,
        "from_number": LINE,
        "media_url": PICTURE.media_url,
        "send_style": "slam",
        "seat_id": "s-1",
    }
    assert parse_qs(of_twilio.decode()) == {"To": [PHONE], "From": [LINE], "MediaUrl": [PICTURE.media_url]}


@pytest.mark.parametrize(
    ("reply_to", "sent"),
    [
        (ReplyTo("h-1", 0), {"message_handle": "h-1", "part_index": 0}),
        (ReplyTo("h-1"), {"message_handle": "h-1"}),
        (ReplyTo("nk-3-65c0fcaa29bcd"), None),
    ],
)
async def test_sendblue_gets_the_message_that_is_answered(
    poster: Poster, reply_to: ReplyTo, sent: dict[str, object] | None
) -> None:
    """If it knows that message: handles of our own making mean nothing to it."""
    async with receiving(answer(200)) as receiver:
        await sendblue(poster, receiver.port).send("acme", replace(message(), reply_to=reply_to))
    assert json.loads(receiver.requests[0].body).get("reply_to") == sent


@pytest.mark.parametrize(
    ("body", "code", "key"),
    [
        ({"error_code": 4002, "error_key": "INVALID_NUMBER"}, 4002, "INVALID_NUMBER"),
        ({"error_code": 2**40, "error_key": "no such number as +14155552671"}, 0, ""),
        ({"error_code": "4002", "error_key": 7}, 0, ""),
    ],
)
async def test_a_failure_has_the_carrier_s_code_and_key(
    poster: Poster, body: dict[str, object], code: int, key: str
) -> None:
    """If they are what they should be; a text may contain a number."""
    async with receiving(answer(200, json.dumps({"status": "ERROR", **body}).encode())) as receiver:
        with pytest.raises(DeliveryFailed) as failed:
            await sendblue(poster, receiver.port).send("acme", message())
    assert (failed.value.code, failed.value.key) == (code, key)


async def test_twilio_requires_a_line(poster: Poster) -> None:
    """Without a line in the message or in the settings, no request is sent."""
    async with receiving() as receiver:
        with pytest.raises(DeliveryFailed, match="no line") as failed:
            await twilio(poster, receiver.port, "").send("acme", message())
    assert not failed.value.permanent, "the operator can fix it before the last attempt"
    assert not receiver.requests


@pytest.mark.parametrize("make", [sendblue, twilio])
@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (410, True), (413, True), (422, True), (302, False), (401, False), (404, False), (429, False)],
)
async def test_a_rejected_message_is_not_retried(
    poster: Poster, make: Callable[[Poster, int], Sender], status: int, *, permanent: bool
) -> None:
    """A message rejected for its content is final; one rejected because of a token or URL is retried."""
    async with receiving(answer(status, b"no such number as +14155552671")) as receiver:
        with pytest.raises(DeliveryFailed, match=f"^answered .*{status}") as failed:
            await make(poster, receiver.port).send("acme", message())
    assert failed.value.permanent is permanent


@pytest.mark.parametrize("make", [sendblue, twilio])
@pytest.mark.parametrize(
    "odd",
    [
        answer(200),
        answer(200, b"[]"),
        answer(200, b"<html>"),
        answer(200, b'{"message_handle": 5, "sid": {}, "status": ["ERROR", {}]}'),
        answer(200, b'{"message_handle": "\\u0000", "sid": "\\n"}'),
        answer(200, b"[" * 60_000),
        answer(200, b'{"sid": "' + b"x" * 300 + b'", "message_handle": "' + b"x" * 300 + b'"}'),
        Trick.HALF,
    ],
)
async def test_a_2xx_response_without_a_handle_is_a_success(
    poster: Poster, make: Callable[[Poster, int], Sender], odd: bytes | Trick
) -> None:
    """The status decides: a retry would send the person a second message."""
    async with receiving(odd) as receiver:
        accepted = await make(poster, receiver.port).send("acme", message())
    assert (accepted.status, accepted.handle) == (MessageStatus.SENT, "")
