"""Sends POST requests: only to the given target, within a time limit, reading no more of the answer than is needed.

It uses no proxy of the environment, follows no redirects and keeps no cookies: each could lead a request to an
unchecked address, or reveal one receiver to another.
"""

import asyncio
import ssl
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import IPv6Address
from typing import Final

import httpx2

from numberkeep import __version__
from numberkeep.domain.outbox.attempt import KEPT_ANSWER_BYTES, Exchange
from numberkeep.domain.outbox.errors import DeliveryFailed, DeliveryRefused, ReceiverGone
from numberkeep.outbound.answers import ENDS, check_status
from numberkeep.outbound.heads import LimitedTransport, limited_head
from numberkeep.outbound.networks import Address
from numberkeep.outbound.targets import Pinned

POST_SECONDS: Final = 10.0
MAX_ANSWER_BYTES: Final = 64 * 1024
MAX_ANSWER_PARTS: Final = 1024
"""The most chunks that are read of an answer; each costs time, however small it is."""
MAX_CONNECTIONS: Final = 400
"""Shared by all accounts. Each webhook uses eight at a time, so dozens may stall before others have to wait."""

_FOR_ALL: Final = {
    "accept": "*/*",
    "accept-encoding": "identity",  # compressed data may be far larger than what is read
    "user-agent": f"numberkeep/{__version__}",
}
_MAX_PORT: Final = 65_535
_SHARE: Final = 4
"""One of several addresses may take this fraction of the time limit to connect."""


class Poster:
    """Sends POST requests.

    Args:
        limit: seconds for a whole request: to connect, to send, and to read the answer.
        connections: the most open connections to pinned targets, and to others; further requests wait.
        tls: the trusted certificates; None for those that the system trusts.
    """

    def __init__(
        self, limit: float = POST_SECONDS, connections: int = MAX_CONNECTIONS, tls: ssl.SSLContext | None = None
    ) -> None:
        self._limit = limit
        tls = tls or httpx2.create_ssl_context()
        self._client = _client(tls, httpx2.Limits(max_connections=connections), {})
        # The pool identifies a connection by scheme, address and port, not by the name that its certificate was checked
        # for. Two names at one address must not share a connection, so none to a pinned address is kept.
        single = httpx2.Limits(max_connections=connections, max_keepalive_connections=0)
        self._pinned_client = _client(tls, single, {"connection": "close"})

    async def post(
        self, url: str, content: bytes, headers: Mapping[str, str], *, final: Collection[int] = ENDS
    ) -> bytes:
        """Send to a URL that the operator has set, without checking where it leads.

        Args:
            url: http or https.
            content: the request's body.
            headers: headers in addition to those of every request.
            final: statuses by which the receiver refuses the delivery, so that it is not retried.

        Returns:
            The answer's body, at most the first `MAX_ANSWER_BYTES` of it. It may be truncated or empty if the
            connection broke or the time ran out after a status 2xx: that status accepts the delivery, and sending it
            again would repeat it.

        Raises:
            DeliveryRefused: the status is one of `final`; ReceiverGone if it is one of ENDS.
            DeliveryFailed: it was not accepted, as far as is known.
        """
        if not _has_port(url):
            raise _unsendable()
        return await self._send(self._client, [url], _Request(content, headers), final)

    async def post_pinned(
        self, target: Pinned, content: bytes, headers: Mapping[str, str], seen: Exchange | None = None
    ) -> bytes:
        """Send to the first of a target's addresses that accepts a connection, and to no other address.

        The receiver sees the URL's own host, and its certificate must be that host's. Arguments and result are as for
        `post`; `seen` takes the answer, also of a delivery that was not accepted.

        Raises:
            DeliveryFailed: as for `post`.
        """
        url = target.url
        urls = [f"{url.scheme}://{_in_url(address)}:{url.port}{url.target}" for address in target.addresses]
        request = _Request(content, {**headers, "host": url.authority}, {"sni_hostname": url.host})
        return await self._send(self._pinned_client, urls, request, ENDS, seen)

    async def close(self) -> None:
        """Close connections."""
        await self._client.aclose()
        await self._pinned_client.aclose()

    async def _send(
        self,
        client: httpx2.AsyncClient,
        urls: Sequence[str],
        request: "_Request",
        final: Collection[int],
        seen: Exchange | None = None,
    ) -> bytes:
        answer, status = bytearray(), 0
        failed: DeliveryFailed | None = None
        try:
            async with asyncio.timeout(self._limit), aclosing(await self._open(client, urls, request)) as response:
                status, most = response.status_code, MAX_ANSWER_BYTES
                try:
                    check_status(status, response.headers, final)
                except DeliveryFailed as error:
                    failed, most = error, 0 if seen is None else KEPT_ANSWER_BYTES
                await _read(response, answer, most)
        except TimeoutError:
            if not status:
                raise DeliveryFailed(f"timed out after {self._limit:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            if not status:
                raise _failure(error) from None
        if seen is not None:
            seen.status, seen.answer = status, bytes(answer[:KEPT_ANSWER_BYTES])
        if failed is not None:
            raise failed
        if status in final:
            refusal = ReceiverGone if status in ENDS else DeliveryRefused
            raise refusal(f"answered {status}", bytes(answer[:MAX_ANSWER_BYTES]))
        return bytes(answer[:MAX_ANSWER_BYTES])

    async def _open(self, client: httpx2.AsyncClient, urls: Sequence[str], request: "_Request") -> httpx2.Response:
        timeout = httpx2.Timeout(None, connect=self._limit / _SHARE if len(urls) > 1 else None)
        headers = [(name.encode(), value.encode()) for name, value in request.headers.items()]
        with limited_head():
            for url in urls[:-1]:
                try:
                    return await client.send(request.at(client, url, headers, timeout), stream=True)
                except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                    if _tls_error(error) is not None:  # it answers, but is not the expected host
                        raise
            return await client.send(request.at(client, urls[-1], headers, timeout), stream=True)


@dataclass(slots=True, frozen=True)
class _Request:
    content: bytes
    headers: Mapping[str, str]
    extensions: Mapping[str, str] = field(default_factory=dict)

    def at(
        self, client: httpx2.AsyncClient, url: str, headers: list[tuple[bytes, bytes]], timeout: httpx2.Timeout
    ) -> httpx2.Request:
        extensions = dict(self.extensions)
        return client.build_request(
            "POST", url, content=self.content, headers=headers, timeout=timeout, extensions=extensions
        )


async def _read(response: httpx2.Response, answer: bytearray, most: int) -> None:
    """Append the beginning of an answer's body, until it has `most` bytes or is in too many parts."""
    if not most:
        return
    async with aclosing(response.aiter_raw()) as parts:
        count = 0
        async for part in parts:
            answer += part
            count += 1
            if len(answer) >= most or count >= MAX_ANSWER_PARTS:
                return


def _client(tls: ssl.SSLContext, limits: httpx2.Limits, headers: Mapping[str, str]) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=LimitedTransport(tls, limits),
        headers={**_FOR_ALL, **headers},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
        follow_redirects=False,
    )


def _in_url(address: Address) -> str:
    return f"[{address}]" if isinstance(address, IPv6Address) else str(address)


def _failure(error: httpx2.HTTPError | httpx2.InvalidURL) -> DeliveryFailed:
    match error:
        case httpx2.ConnectError() | httpx2.ConnectTimeout():
            match _tls_error(error):
                case None:
                    return DeliveryFailed("could not connect")
                case ssl.SSLCertVerificationError():
                    return DeliveryFailed("the TLS certificate was refused")
                case _:
                    return DeliveryFailed("the TLS handshake failed")
        case httpx2.RemoteProtocolError():
            return DeliveryFailed("closed the connection without an answer, or did not answer in HTTP")
        case httpx2.NetworkError():
            return DeliveryFailed("the connection broke")
        case _:
            return _unsendable()


def _unsendable() -> DeliveryFailed:
    return DeliveryFailed("the request cannot be sent by HTTP as it is", permanent=True)


def _has_port(url: str) -> bool:
    try:
        port = httpx2.URL(url).port
    except httpx2.InvalidURL:
        return False
    return port is None or 1 <= port <= _MAX_PORT  # the socket reports others by errors of its own


def _tls_error(error: BaseException) -> ssl.SSLError | None:
    return next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    # httpcore2 re-raises its errors "from None", so their cause is only in the context.
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
