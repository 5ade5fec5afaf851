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
    """A client for the Sendblue v2 Contacts API. Threads can share it.

    Args:
        api_key: the API key. Default: the environment variable `SENDBLUE_API_API_KEY`.
        api_secret: the API secret. Default: `SENDBLUE_API_API_SECRET`.
        base_url: the URL of the service, which may have a path. Default: `SENDBLUE_API_BASE_URL`, or the hosted
            service, `https://api.sendblue.co`.
        timeout: seconds for each phase of a request, an `httpx2.Timeout`, or None for no limit. Default: that of
            `http_client` if it has one, or 60 seconds, and 5 to connect.
        max_retries: how many times a failed attempt is retried: after a connection error, the statuses 408, 409, 429,
            and 500 and above, or as the response header `x-should-retry` says. Default 2.
        default_headers: headers of every request. They override `SENDBLUE_API_CUSTOM_HEADERS` (lines of `Name: value`);
            the value `omit` drops a header.
        default_query: query parameters of every request.
        http_client: an `httpx2.Client`, for a proxy, a transport or a CA of your own; it is closed with this client.
            An `httpx.Client` also works.
        _strict_response_validation: raise `APIResponseValidationError` for a response that does not match its model.

    Raises:
        SendblueAPIError: a key is missing or malformed, or `base_url` is not an absolute URL.
        TypeError: `max_retries` is None, or `http_client` is not an `httpx2.Client`.
    """

    _agent = "SendblueAPI"
    _family = httpx2.Client

    def _connect(self, settings: Settings, http_client: httpx2.Client | None) -> Sender:
        return Sender(settings, Connections(http_client))

    @cached_property
    def contacts(self) -> ContactsResource:
        """The methods for contacts."""
        return ContactsResource(self._sender)

    with_raw_response: cached_property[raw.ClientWithRawResponse] = raw_access("Client", "Raw")
    """The same methods, which return an `APIResponse`."""

    with_streaming_response: cached_property[raw.ClientWithStreamingResponse] = raw_access("Client", "Streaming")
    """The same methods for a `with` block, which return an `APIResponse` whose body is not read yet."""

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
        """Send a GET request to a path that has no method in this client, and return the response as `cast_to`.

        Args:
            path: the path below the base URL, or an absolute URL that begins with the base URL.
            cast_to: a model, `dict`, `list[...]`, `str`, `NoneType` or `httpx2.Response`; `object` returns JSON, or
                text if the response is not JSON.
            body: the JSON body (not for GET); bytes are sent unchanged.
            content: the whole body, instead of `body`: bytes, text, an iterable of bytes or, with the async client, an
                async iterable of bytes. It is read to its end before the request is sent, so that it can be retried.
            files: files to upload, as httpx2 takes them; the fields of `body` are sent in the same form.
            options: query, headers, timeout and more, for this call only.
            stream: return the server-sent events of the response as they arrive (GET and POST only).
            stream_cls: the type to return them as: `Stream[Model]`, or `AsyncStream[Model]` with the async client.
                Default: a stream of `cast_to`.

        Raises:
            APIError: the call failed.
            TypeError: `content` has another type, or is passed together with `body` or `files`.
            ValueError: `path` is an absolute URL that does not begin with the base URL.
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
        """Send a POST request to a path that has no method in this client. See `get`."""
        return self._send("POST", path, cast_to, stream=stream, stream_cls=stream_cls, **sent)

    def put(self, path: str, *, cast_to: type[T], **sent: Unpack[Payload]) -> T:
        """Send a PUT request to a path that has no method in this client. See `get`."""
        return self._send("PUT", path, cast_to, **sent)  # type: ignore[no-any-return]

    def patch(self, path: str, *, cast_to: type[T], **sent: Unpack[Payload]) -> T:
        """Send a PATCH request to a path that has no method in this client. See `get`."""
        return self._send("PATCH", path, cast_to, **sent)  # type: ignore[no-any-return]

    def delete(self, path: str, *, cast_to: type[T], **sent: Unpack[Payload]) -> T:
        """Send a DELETE request to a path that has no method in this client. See `get`."""
        return self._send("DELETE", path, cast_to, **sent)  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close the connections, which copies of this client share."""
        self._sender.connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class AsyncSendblueAPI(BaseClient[AsyncSender, httpx2.AsyncClient, AsyncLegacyClient]):
    """An asyncio client for the Sendblue v2 Contacts API. It works in several event loops.

    Takes the arguments of `SendblueAPI`, except that `http_client` is an `httpx2.AsyncClient`.

    Raises:
        SendblueAPIError: a key is missing or malformed, or `base_url` is not an absolute URL.
        TypeError: `max_retries` is None, or `http_client` is not an `httpx2.AsyncClient`.
    """

    _agent = "AsyncSendblueAPI"
    _family = httpx2.AsyncClient

    def _connect(self, settings: Settings, http_client: httpx2.AsyncClient | None) -> AsyncSender:
        return AsyncSender(settings, AsyncConnections(http_client))

    @cached_property
    def contacts(self) -> AsyncContactsResource:
        """The methods for contacts."""
        return AsyncContactsResource(self._sender)

    with_raw_response: cached_property[raw.AsyncClientWithRawResponse] = raw_access("Client", "Raw")
    """The same methods, which return an `AsyncAPIResponse`."""

    with_streaming_response: cached_property[raw.AsyncClientWithStreamingResponse] = raw_access("Client", "Streaming")
    """The same methods for an `async with` block, which return an `AsyncAPIResponse` whose body is not read yet."""

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
