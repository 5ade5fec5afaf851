"""What a POST sends, where it connects, its time limits, and the name of each failure."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address

import pytest

from numberkeep import __version__
from numberkeep.domain.outbox.attempt import KEPT_ANSWER_BYTES, Exchange
from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.outbound.heads import MAX_HEAD_BYTES
from numberkeep.outbound.networks import Address
from numberkeep.outbound.posting import MAX_ANSWER_BYTES, MAX_ANSWER_PARTS, POST_SECONDS, Poster
from numberkeep.outbound.targets import RESOLVE_SECONDS, Pinned
from numberkeep.outbound.web_address import read_url
from numberkeep.service.delivering import LEASE_SECONDS
from support.receiver import OK, Trick, answer, receiving

HERE = ip_address("127.0.0.1")
NOBODY_HERE = ip_address("127.0.0.2")


def pinned(port: int, *addresses: Address, name: str = "hook.test") -> Pinned:
    """Return a target with this name, at these addresses or at this host's."""
    return Pinned(read_url(f"http://{name}:{port}/hook?key=hidden"), addresses or (HERE,))


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def test_a_delivery_ends_before_its_lease_expires() -> None:
    """The limits for DNS and for the receiver together are shorter than the relay's lease."""
    assert RESOLVE_SECONDS + POST_SECONDS < LEASE_SECONDS * 2 / 3


async def test_a_post_arrives_unchanged(poster: Poster) -> None:
    """Path, query, headers and body arrive; Host is the URL's host, and User-Agent names the sender."""
    async with receiving(answer(200, b"taken")) as receiver:
        got = await poster.post_pinned(pinned(receiver.port), b'{"a": 1}', {"content-type": "application/json"})
    (request,) = receiver.requests
    assert got == b"taken"
    assert request.line == "POST /hook?key=hidden HTTP/1.1"
    assert request.body == b'{"a": 1}'
    assert request.headers["host"] == f"hook.test:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == f"numberkeep/{__version__}"
    assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [200, 404, 410])
async def test_the_beginning_of_an_answer_is_seen(poster: Poster, status: int) -> None:
    """Whatever it says; without an answer there is nothing."""
    seen = Exchange()
    async with receiving(answer(status, b"n" * 5000, retry_after="7")) as receiver:
        with contextlib.suppress(DeliveryFailed):
            await poster.post_pinned(pinned(receiver.port), b"{}", {}, seen)
    assert (seen.status, seen.answer) == (status, b"n" * KEPT_ANSWER_BYTES)
    silent = Exchange()
    with pytest.raises(DeliveryFailed):
        await poster.post_pinned(pinned(free_port()), b"{}", {}, silent)
    assert silent == Exchange()


async def test_a_refusal_whose_body_does_not_end_is_still_that_refusal(poster: Poster) -> None:
    """Only its beginning is read."""
    half = b"HTTP/1.1 500 X\r\ncontent-length: 9999\r\n\r\noops"
    seen = Exchange()
    async with receiving(half) as receiver:
        with pytest.raises(DeliveryFailed, match="answered 500"):
            await poster.post_pinned(pinned(receiver.port), b"{}", {}, seen)
    assert (seen.status, seen.answer) == (500, b"oops")


async def test_the_addresses_are_tried_in_order_until_one_connects(poster: Poster) -> None:
    """An address on which nothing listens is skipped; after one that connects, none is tried."""
    async with receiving(OK) as receiver, receiving(OK, host="127.0.0.3") as other:
        await poster.post_pinned(pinned(receiver.port, NOBODY_HERE, HERE, ip_address("::1")), b"", {})
        assert len(receiver.requests) == 1
        with pytest.raises(DeliveryFailed, match=r"^could not connect$") as failed:
            await poster.post_pinned(pinned(free_port(), NOBODY_HERE, HERE), b"", {})
        assert not other.requests
    assert not failed.value.permanent


@contextmanager
def full_accept_queue(host: str, port: int) -> Iterator[None]:
    """Keep a port's accept queue full, so that connections to it neither succeed nor fail."""
    with ExitStack() as sockets:
        place = sockets.enter_context(socket.socket())
        place.bind((host, port))
        place.listen(0)
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003
            waiting.connect_ex((host, port))
        yield


async def test_an_ipv6_address_is_posted_to(poster: Poster) -> None:
    """Like any other address; the Host header has the name."""
    try:
        async with receiving(OK, host="::1") as receiver:
            await poster.post_pinned(pinned(receiver.port, ip_address("::1")), b"", {})
    except OSError:
        pytest.skip("this host has no IPv6")
    assert [request.headers["host"] for request in receiver.requests] == [f"hook.test:{receiver.port}"]


async def test_an_unresponsive_address_leaves_time_for_the_others() -> None:
    """It is abandoned after part of the time limit, and the next address is tried."""
    poster = Poster(limit=0.8)
    async with receiving(OK) as receiver:
        with full_accept_queue("127.0.0.2", receiver.port):
            await poster.post_pinned(pinned(receiver.port, ip_address("127.0.0.2"), HERE), b"", {})
    assert len(receiver.requests) == 1
    await poster.close()


async def test_an_address_that_connects_is_the_last_one_tried(poster: Poster) -> None:
    """Whatever it responds: another address would receive the request a second time."""
    async with receiving(Trick.CLOSE) as receiver:
        target = pinned(receiver.port, HERE, HERE)
        with pytest.raises(DeliveryFailed, match="closed the connection"):
            await poster.post_pinned(target, b"", {})
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("trick", "reason"),
    [
        (Trick.STALL, r"^timed out after 1 s$"),
        (Trick.CLOSE, "^closed the connection without an answer, or did not answer in HTTP$"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "^closed the connection without an answer, or did not answer in HTTP$"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"x" * 200_000, "^sent too many interim responses or headers, or sent them in"),
        (answer(500), "^answered 500$"),
        (answer(408), "^answered 408$"),
        (answer(429), "^answered 429$"),
        (answer(404), "^answered 404$"),
        (answer(404, b"+14155552671"), "^answered 404$"),
    ],
)
async def test_transient_failures_are_retried(poster: Poster, trick: bytes | Trick, reason: str) -> None:
    """A receiver that times out, closes, does not speak HTTP or refuses; each with its own message."""
    async with receiving(trick) as receiver:
        with pytest.raises(DeliveryFailed, match=reason) as failed:
            await poster.post_pinned(pinned(receiver.port), b"", {})
    assert not failed.value.permanent


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(poster: Poster, status: int) -> None:
    """A redirect, to a private address or any other, is a failure; no second request is sent."""
    async with (
        receiving() as inside,
        receiving(answer(status, location="http://[")) as odd,
        receiving(answer(status, location=f"http://127.0.0.1:{inside.port}/")) as receiver,
    ):
        for one in (receiver, odd):
            with pytest.raises(DeliveryFailed) as failed:
                await poster.post_pinned(pinned(one.port), b"", {})
            assert str(failed.value) == f"answered with a redirect ({status}), which is not followed"
            assert not failed.value.permanent
    assert not inside.requests


@pytest.mark.parametrize("status", [400, 401, 404, 408, 410, 429])
async def test_a_rejection_may_be_permanent(poster: Poster, status: int) -> None:
    """410 and the statuses that the caller names are; all others are retried."""
    for final in ({410}, {410, 400}):
        async with receiving(answer(status)) as receiver:
            with pytest.raises(DeliveryFailed, match=f"^answered {status}$") as failed:
                await poster.post(f"http://127.0.0.1:{receiver.port}/", b"", {}, final=final)
        assert failed.value.permanent is (status in final)


async def test_the_requested_wait_is_reported(poster: Poster) -> None:
    """The error carries the value of `Retry-After`."""
    async with receiving(answer(503, Retry_After="120")) as receiver:
        with pytest.raises(DeliveryFailed) as failed:
            await poster.post_pinned(pinned(receiver.port), b"", {})
    assert failed.value.retry_after == 120


async def test_an_endless_response_is_not_read_to_its_end() -> None:
    """Reading stops at the limit, and the connection is closed long before the timeout."""
    poster = Poster(limit=30)
    begin = time.monotonic()
    async with receiving(Trick.ENDLESS) as receiver:
        got = await poster.post_pinned(pinned(receiver.port), b"", {})
        assert got == b"x" * MAX_ANSWER_BYTES
        assert time.monotonic() - begin < 10
        await poster.close()
        sent = receiver.sent
        await asyncio.sleep(0.05)
        assert receiver.sent - sent <= 8192


@pytest.mark.parametrize("trick", [Trick.INTERIM, Trick.DRIP])
async def test_what_comes_before_an_answer_is_limited(trick: Trick) -> None:
    """Interim responses, or a header in pieces of a byte, end the delivery long before the timeout."""
    poster = Poster(limit=30)
    begin = time.monotonic()
    async with receiving(trick) as receiver:
        for send in (
            poster.post_pinned(pinned(receiver.port), b"", {}),
            poster.post(f"http://127.0.0.1:{receiver.port}/", b"", {}),
        ):
            with pytest.raises(DeliveryFailed, match=r"^sent too many interim responses or headers") as failed:
                await send
            assert not failed.value.permanent
    await poster.close()
    assert time.monotonic() - begin < 10


async def test_an_answer_after_some_interim_responses_is_read(poster: Poster) -> None:
    """Each request has the whole limit, on a connection that is reused too; the body does not count."""
    hints = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n" * 400
    async with receiving(hints + answer(200, b"x" * MAX_HEAD_BYTES)) as receiver:
        for _ in range(3):
            got = await poster.post(f"http://127.0.0.1:{receiver.port}/", b"", {})
            assert got == b"x" * MAX_HEAD_BYTES
        assert {request.connection for request in receiver.requests} == {1}


async def test_a_response_in_tiny_chunks_is_not_read_to_its_end() -> None:
    """Reading stops after so many of them."""
    poster = Poster(limit=30)
    async with receiving(Trick.CRUMBS) as receiver:
        assert await poster.post_pinned(pinned(receiver.port), b"", {}) == b"x" * MAX_ANSWER_PARTS
    await poster.close()


async def test_a_2xx_status_is_a_success_whatever_happens_to_the_body(poster: Poster) -> None:
    """A delivery is not repeated because the rest of the response is missing."""
    async with receiving(Trick.HALF) as receiver:
        assert await poster.post_pinned(pinned(receiver.port), b"", {}) == b"half."


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve names again. Nothing of the environment is used, nor the netrc file."""
    async with receiving() as proxy, receiving() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        poster = Poster(limit=0.2)
        await poster.post_pinned(pinned(receiver.port), b"", {})
        await poster.post(f"http://127.0.0.1:{receiver.port}/", b"", {})
        await poster.close()
    assert not proxy.requests
    assert len(receiver.requests) == 2


async def test_cookies_are_not_shared_between_receivers(poster: Poster) -> None:
    """Receivers at one address are independent."""
    async with receiving(answer(200, Set_Cookie="who=first; Path=/")) as receiver:
        for name in ("first.test", "second.test"):
            await poster.post_pinned(pinned(receiver.port, name=name), b"", {})
            await poster.post(f"http://127.0.0.1:{receiver.port}/", b"", {})
    assert len(receiver.requests) == 4
    assert not [request for request in receiver.requests if "cookie" in request.headers]


async def test_a_connection_to_a_pinned_address_is_not_reused(poster: Poster) -> None:
    """The pool identifies connections by address and port, which two names may share; the sender's are reused."""
    async with receiving() as receiver:
        for _ in range(3):
            await poster.post_pinned(pinned(receiver.port), b"", {})
        assert [request.connection for request in receiver.requests] == [1, 2, 3]
        for _ in range(2):
            await poster.post(f"http://127.0.0.1:{receiver.port}/", b"", {})
        assert [request.connection for request in receiver.requests[3:]] == [4, 4]


async def test_no_more_connections_are_open_than_allowed() -> None:
    """Excess requests wait for a free connection, and all arrive."""
    poster = Poster(limit=5, connections=2)
    async with receiving() as receiver:
        await asyncio.gather(*(poster.post_pinned(pinned(receiver.port), b"", {}) for _ in range(20)))
        assert len(receiver.requests) == 20
    await poster.close()


async def test_a_header_that_http_cannot_represent_is_refused(poster: Poster) -> None:
    """A line break must not inject a second header."""
    async with receiving() as receiver:
        with pytest.raises(DeliveryFailed, match="cannot be sent") as failed:
            await poster.post_pinned(pinned(receiver.port), b"", {"x": "a\r\ny: b"})
    assert failed.value.permanent
    assert not receiver.requests


@pytest.mark.parametrize("url", ["", "nowhere", "ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1:0/"])
async def test_a_setting_that_is_not_a_url_is_refused(poster: Poster, url: str) -> None:
    """An operator's unusable URL is a permanent failure; the reason contains no part of it."""
    with pytest.raises(DeliveryFailed, match=r"^the request cannot be sent by HTTP as it is$") as failed:
        await poster.post(url, b"", {})
    assert failed.value.permanent
