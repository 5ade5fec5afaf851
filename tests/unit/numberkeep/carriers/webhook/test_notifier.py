"""Delivery of events to webhooks: signed, in the requested format, only to allowed addresses."""

import json
import time
from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from numberkeep import __version__
from numberkeep.carriers.webhook.notifier import WebhookNotifier
from numberkeep.domain.event import Event, EventType
from numberkeep.domain.messages.message import Direction, Message, MessageStatus
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.domain.outbox.errors import DeliveryFailed, TargetRefused
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.signing import signature
from numberkeep.outbound.targets import Targets
from numberkeep.service.outlets import Notifier
from numberkeep.wire.events import encode_event
from support.receiver import OK, answer, receiving

PHONE = "+14155552671"
MESSAGE = Message(4, PHONE, "", Direction.INBOUND, "Yes", MessageStatus.RECEIVED, 1_790_000_000_000_000, "h-1")
EVENT = Event(12, EventType.MESSAGE_RECEIVED, Stamp(1_790_000_000_000_000), PHONE, MESSAGE, 0, {})
LOCAL = [ip_network("127.0.0.1/32")]


class Names:
    """A resolver that returns one address after another, and counts its calls."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> Sequence[str]:
        """Return the next address; the last one is repeated."""
        self.asked += 1
        return [self._addresses[min(self.asked, len(self._addresses)) - 1]]


ID = f"acme-12-{EVENT.at:x}"


def webhook(port: int, types: Sequence[str] = (), secret: str = "hush") -> Webhook:  # noqa: S107 - a test's
    """Return a webhook on this port."""
    return Webhook(1, f"http://hook.test:{port}/in", secret, types, 0)


async def test_an_event_arrives_signed(poster: Poster) -> None:
    """The body is the event; the headers follow both schemes, and every attempt has the same id."""
    times = iter([100.0, 200.0])
    async with receiving(answer(500, b"secret"), OK) as receiver:
        notifier: Notifier = WebhookNotifier(poster, Targets(LOCAL, Names("127.0.0.1")), lambda: next(times))
        with pytest.raises(DeliveryFailed, match=r"^answered 500$") as failed:
            await notifier.notify("acme", webhook(receiver.port), EVENT)
        assert not failed.value.permanent
        assert await notifier.notify("acme", webhook(receiver.port), EVENT) == Delivered()
    for request, at in zip(receiver.requests, (100, 200), strict=True):
        assert request.line == "POST /in HTTP/1.1"
        assert request.body == encode_event(EVENT)
        assert request.headers["content-type"] == "application/json"
        assert request.headers["user-agent"] == f"numberkeep/{__version__}"
        assert request.headers["webhook-id"] == ID
        assert request.headers["webhook-timestamp"] == str(at)
        assert request.headers["webhook-signature"] == signature("hush", ID, at, request.body)


@pytest.mark.parametrize(
    ("types", "reveals", "sent"),
    [
        ((), False, None),
        (("contact.created", "message.received"), False, None),
        (("contact.created", "receive"), False, "hush"),
        (("contact_created",), False, "hush"),
        ((), True, "hush"),
    ],
)
async def test_the_secret_itself_is_sent_under_hosted_names_only(
    poster: Poster,
    types: Sequence[str],
    reveals: bool,  # noqa: FBT001
    sent: str | None,
) -> None:
    """Their receivers compare it; others verify the signature, and need not have it read by a proxy."""
    async with receiving() as receiver:
        notifier = WebhookNotifier(poster, Targets(LOCAL, Names("127.0.0.1")), time.time, reveals=reveals)
        await notifier.notify("acme", webhook(receiver.port, types), EVENT)
    (request,) = receiver.requests
    assert request.headers.get("sb-signing-secret") == sent
    assert "webhook-signature" in request.headers


async def test_an_event_without_a_secret_is_not_signed(poster: Poster) -> None:
    """An empty secret would sign nothing."""
    async with receiving() as receiver:
        notifier = WebhookNotifier(poster, Targets(LOCAL, Names("127.0.0.1")), time.time)
        await notifier.notify("acme", webhook(receiver.port, secret=""), EVENT)
    (request,) = receiver.requests
    assert not {"webhook-signature", "sb-signing-secret"} & set(request.headers)
    assert request.headers["webhook-id"] == ID


async def test_a_hosted_name_selects_the_hosted_format(poster: Poster) -> None:
    """A webhook registered for `receive` gets the flat payload, signed as sent."""
    async with receiving() as receiver:
        notifier = WebhookNotifier(poster, Targets(LOCAL, Names("127.0.0.1")), lambda: 1.0)
        await notifier.notify("acme", webhook(receiver.port, ["receive"]), EVENT)
    (request,) = receiver.requests
    assert json.loads(request.body)["accountEmail"] == "acme"
    assert request.headers["webhook-signature"] == signature("hush", ID, 1, request.body)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_refused_event_is_retried(poster: Poster, status: int) -> None:
    """A receiver that is down, or does not know the secret yet, gets the event later."""
    async with receiving(answer(status)) as receiver:
        with pytest.raises(DeliveryFailed, match=f"^answered {status}$") as failed:
            await WebhookNotifier(poster, Targets(LOCAL, Names("127.0.0.1")), time.time).notify(
                "acme", webhook(receiver.port), EVENT
            )
    assert not failed.value.permanent


async def test_a_name_is_resolved_once_and_its_address_is_connected_to(poster: Poster) -> None:
    """DNS rebinding between the check and the connection has no effect."""
    names = Names("127.0.0.1", "127.0.0.2")
    async with receiving() as receiver:
        await WebhookNotifier(poster, Targets(LOCAL, names), time.time).notify("acme", webhook(receiver.port), EVENT)
    assert names.asked == 1
    assert len(receiver.requests) == 1


async def test_every_delivery_is_checked_again(poster: Poster) -> None:
    """A name that was public at registration and is private now is rejected as long as it is private."""
    names = Names("8.8.8.8", "127.0.0.1")
    async with receiving() as receiver:
        notifier = WebhookNotifier(poster, Targets(resolve=names), time.time)
        await notifier.check("acme", webhook(receiver.port).url)
        with pytest.raises(DeliveryFailed, match="the host has a loopback address") as refused:
            await notifier.notify("acme", webhook(receiver.port), EVENT)
    assert not refused.value.permanent
    assert not receiver.requests


async def test_check_sends_no_request(poster: Poster) -> None:
    """Checking a URL connects to nothing; a rejected URL gets a reason."""
    async with receiving() as receiver:
        notifier = WebhookNotifier(poster, Targets(LOCAL), time.time)
        await notifier.check("acme", f"http://127.0.0.1:{receiver.port}/")
        with pytest.raises(TargetRefused, match=r"169\.254\.169\.254 is a link-local address"):
            await notifier.check("acme", "http://169.254.169.254/latest/meta-data/")
    assert not receiver.connections


async def test_close_closes_the_poster() -> None:
    """After close nothing can be sent; a second close has no effect."""
    notifier = WebhookNotifier(Poster(limit=0.2), Targets(LOCAL), time.time)
    await notifier.close()
    await notifier.close()
