"""The two clients."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, Unpack, overload

import httpx2

from ._arguments import Payload, RequestOptions
from ._awaited import awaited
from ._client_base import AsyncLegacyClient, BaseClient, LegacyClient
from ._connections import AsyncConnections, Connections
from ._senders import AsyncSender, Sender
from ._settings import Settings
from .resources import AsyncContactsResource, ContactsResource
from .resources._raw_access import raw_access

if TYPE_CHECKING:
    from .resources import raw

T = TypeVar("T")
StreamT = TypeVar("StreamT")


class SendblueAPI(BaseClient[Sender, httpx2.Client, LegacyClient]):
    """A client of the Sendblue v2 Contacts API. It may be shared between threads.

    Args:
        api_key: the key; default: `SENDBLUE_API_API_KEY` in the environment.
        api_secret: the secret; default: `SENDBLUE_API_API_SECRET`.
        base_url: where the service is, with a path if it has one; default: `SENDBLUE_API_BASE_URL`, else the hosted
            service, `https://api.sendblue.co`.
        timeout: seconds for each phase of a request, an `httpx2.Timeout`, or None for no limit; default 60, of which
            5 to connect, or what the given `http_client` was told.
        max_retries: how often an attempt is repeated after a connection error, 408, 409, 429, 500 and above, or as
            the service says in `x-should-retry`; default 2.
        default_headers: added to every request, over `SENDBLUE_API_CUSTOM_HEADERS` (lines of `Name: value`); `omit`
            as a value drops one.
        default_query: added to every query.
        http_client: an `httpx2.Client` of your own, for a proxy, a transport or a CA; it is closed with this one. An
            `httpx.Client` is taken too.
        _strict_response_validation: an answer that does not fit its model raises `APIResponseValidationError`.

    Raises:
        SendblueAPIError: a key is missing or malformed, or `base_url` is not a whole address.
        TypeError: `max_retries` is None, or `http_client` is not an `httpx2.Client`.
    """

    _agent = "SendblueAPI"
    _family = httpx2.Client

    def _connect(self, settings: Settings, http_client: httpx2.Client | None) -> Sender:
        return Sender(settings, Connections(http_client))

    @cached_property
    def contacts(self) -> ContactsResource:
        """The calls on contacts."""
        return ContactsResource(self._sender)

    with_raw_response: cached_property[raw.ClientWithRawResponse] = raw_access("Client", "Raw")
    """The same calls, which return an `APIResponse`."""

    with_streaming_response: cached_property[raw.ClientWithStreamingResponse] = raw_access("Client", "Streaming")
    """The same calls for a `with` block, which get an `APIResponse` that is not read yet."""

    @overload
    def get(
        self, path: str, *, cast_to: type[T], options: RequestOptions | None = None, stream: Literal[False] = False
    ) -> T: ...
    @overload
    def get(
        self,
        path: str,
        *,
        cast_to: type[Any],
        options: RequestOptions | None = None,
        stream: Literal[True],
        stream_cls: type[StreamT],
    ) -> StreamT: ...
    def get(
        self,
        path: str,
        *,
        cast_to: Any,
        options: RequestOptions | None = None,
        stream: bool = False,
        stream_cls: Any = None,
    ) -> Any:
        """Call a path of the service that has no method here.

        Args:
            path: what follows the base URL. A whole address must begin with it, for the secret goes nowhere else.
            cast_to: the type of the answer: a model, `dict`, `list[...]`, `str`, `NoneType`, or `httpx2.Response`;
                `object` is JSON or, where the answer is none, its text.
            body: what is sent as JSON (not with GET); bytes are sent as they are.
            content: the whole body, instead of `body`: bytes, text, an iterable of bytes or, with the async client, an
                async iterable of bytes. It is read to its end before the request is sent, so that it can be retried.
            files: an upload, in the forms that httpx2 takes; the body's fields go along as a form.
            options: query, headers, timeout and more, for this call alone.
            stream: give the server-sent events of the answer, as they come (with GET and POST).
            stream_cls: what to give them as: `Stream[Model]`, or `AsyncStream[Model]` from the async client.
                Default: of `cast_to`.

        Raises:
            APIError: as every call.
            TypeError: `content` has another type, or is given together with `body` or `files`.
            ValueError: the path is an address elsewhere.
        """
        return self._send("GET", path, cast_to, stream=stream, stream_cls=stream_cls, options=options)

    @overload
    def post(self, path: str, *, cast_to: type[T], stream: Literal[False] = False, **sent: Unpack[Payload]) -> T: ...
    @overload
    def post(
        self,
        path: str,
        *,
        cast_to: type[Any],
        stream: Literal[True],
        stream_cls: type[StreamT],
        **sent: Unpack[Payload],
    ) -> StreamT: ...
    def post(
        self, path: str, *, cast_to: Any, stream: bool = False, stream_cls: Any = None, **sent: Unpack[Payload]
    ) -> Any:
        """POST a path that has no method here. See `get`."""
        return self._send("POST", path, cast_to, stream=stream, stream_cls=stream_cls, **sent)

    def put(self, path: str, *, cast_to: type[T], **sent: Unpack[Payload]) -> T:
        """PUT a path that has no method here. See `get`."""
        return self._send("PUT", path, cast_to, **sent)  # type: ignore[no-any-return]

    def patch(self, path: str, *, cast_to: type[T], **sent: Unpack[Payload]) -> T:
        """PATCH a path that has no method here. See `get`."""
        return self._send("PATCH", path, cast_to, **sent)  # type: ignore[no-any-return]

    def delete(self, path: str, *, cast_to: type[T], **sent: Unpack[Payload]) -> T:
        """DELETE a path that has no method here. See `get`."""
        return self._send("DELETE", path, cast_to, **sent)  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close the connections, which copies of this client share."""
        self._sender.connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class AsyncSendblueAPI(BaseClient[AsyncSender, httpx2.AsyncClient, AsyncLegacyClient]):
    """A client of the Sendblue v2 Contacts API for asyncio, in one event loop or several.

    The arguments are those of `SendblueAPI`, but for `http_client`: an `httpx2.AsyncClient` of your own.

    Raises:
        SendblueAPIError: a key is missing or malformed, or `base_url` is not a whole address.
        TypeError: `max_retries` is None, or `http_client` is not an `httpx2.AsyncClient`.
    """

    _agent = "AsyncSendblueAPI"
    _family = httpx2.AsyncClient

    def _connect(self, settings: Settings, http_client: httpx2.AsyncClient | None) -> AsyncSender:
        return AsyncSender(settings, AsyncConnections(http_client))

    @cached_property
    def contacts(self) -> AsyncContactsResource:
        """The calls on contacts."""
        return AsyncContactsResource(self._sender)

    with_raw_response: cached_property[raw.AsyncClientWithRawResponse] = raw_access("Client", "Raw")
    """The same calls, which return an `AsyncAPIResponse`."""

    with_streaming_response: cached_property[raw.AsyncClientWithStreamingResponse] = raw_access("Client", "Streaming")
    """The same calls for an `async with` block, which get an `AsyncAPIResponse` that is not read yet."""

    get = awaited(SendblueAPI.get)
    post = awaited(SendblueAPI.post)
    put = awaited(SendblueAPI.put)
    patch = awaited(SendblueAPI.patch)
    delete = awaited(SendblueAPI.delete)

    async def close(self) -> None:
        """Close the connections, which copies of this client share."""
        await self._sender.connections.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()


Client = SendblueAPI
AsyncClient = AsyncSendblueAPI
