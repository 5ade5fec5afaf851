"""The base of the two clients: their settings, copies and connections."""

import copy
import sys
from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar, Unpack, cast

import httpx2

from ._arguments import HeaderMapping, NotGiven, Payload, QueryMapping, TimeoutTypes, URLTypes, not_given
from ._connections import HttpT
from ._senders import AsyncSender, Sender
from ._settings import DEFAULT_MAX_RETRIES, Settings, resolve

SenderT = TypeVar("SenderT", Sender, AsyncSender)
V = TypeVar("V")
LegacyT = TypeVar("LegacyT")


class LegacyClient(Protocol):
    """An `httpx.Client`, described without importing httpx."""

    def close(self) -> None:
        """Close the connections."""


class AsyncLegacyClient(Protocol):
    """An `httpx.AsyncClient`, described without importing httpx."""

    async def aclose(self) -> None:
        """Close the connections."""


def _setting(name: str, doc: str) -> Any:
    def put(client: Any, value: object) -> None:
        sender = client._sender  # noqa: SLF001 - a method of the client
        sender.settings = replace(sender.settings, **{name: value})

    return property(attrgetter(f"_sender.settings.{name}"), put, doc=doc)


class BaseClient(Generic[SenderT, HttpT, LegacyT]):
    """The base of the two clients. The sender has no reference to its client, so that there is no cycle."""

    _agent: ClassVar[str]
    _family: type[HttpT]
    _sender: SenderT

    def __init__(
        self,
        *,
        api_key: str | None = None,
        api_secret: str | None = None,
        base_url: URLTypes | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: HeaderMapping | None = None,
        default_query: QueryMapping | None = None,
        http_client: HttpT | LegacyT | None = None,
        _strict_response_validation: bool = False,
    ) -> None:
        given = locals()
        http_client = self._adopt(http_client)
        settings = resolve(self._agent, http_client, given)
        self._sender = self._connect(settings, http_client)

    def _adopt(self, http_client: HttpT | LegacyT | None) -> HttpT | None:
        if http_client is None or isinstance(http_client, self._family):
            return http_client
        name = self._family.__name__
        httpx = sys.modules.get("httpx")
        if httpx is None or not isinstance(http_client, getattr(httpx, name)):
            raise TypeError(f"http_client must be an httpx2.{name}, not {type(http_client).__name__}.")
        from ._legacy import adopted  # noqa: PLC0415 - for callers who still have httpx

        ours: HttpT = adopted(http_client, self._family)
        return ours

    def _connect(self, settings: Settings, http_client: HttpT | None) -> SenderT:
        raise NotImplementedError

    # Setting one of these changes all later calls, also those of resources that the caller holds already.
    api_key: str = _setting("api_key", "The API key.")
    api_secret: str = _setting("api_secret", "The API secret.")
    timeout: TimeoutTypes = _setting("timeout", "Seconds for each phase of a request, a Timeout, or None for no limit.")
    max_retries: int = _setting("max_retries", "How many times a failed attempt is retried.")

    @property
    def base_url(self) -> httpx2.URL:
        """The URL of the service; its path ends with a slash. Setting it changes all later calls."""
        return self._sender.settings.base_url

    @base_url.setter
    def base_url(self, url: URLTypes) -> None:
        settings = self._sender.settings
        self._sender.settings = replace(settings, base_url=cast("httpx2.URL", url))  # Settings parses it

    @property
    def default_headers(self) -> httpx2.Headers:
        """The headers of every request, those of the key pair among them, without `Host`."""
        headers = httpx2.Headers(self._sender.settings.headers)
        del headers["Host"]
        return headers

    @property
    def auth_headers(self) -> dict[str, str]:
        """The headers of the key pair."""
        return {"sb-api-key-id": self.api_key, "sb-api-secret-key": self.api_secret}

    @property
    def default_query(self) -> dict[str, object]:
        """The query parameters of every request."""
        return dict(self._sender.settings.default_query)

    def is_closed(self) -> bool:
        """Return whether the client is closed; a closed client refuses calls."""
        return self._sender.connections.is_closed

    def copy(
        self,
        *,
        api_key: str | None = None,
        api_secret: str | None = None,
        base_url: URLTypes | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
        max_retries: int | NotGiven = not_given,
        http_client: HttpT | LegacyT | None = None,
        default_headers: HeaderMapping | None = None,
        set_default_headers: HeaderMapping | None = None,
        default_query: QueryMapping | None = None,
        set_default_query: QueryMapping | None = None,
    ) -> Self:
        """Return a copy of this client with some settings changed. `with_options` is the same method.

        The copy shares the connections of this client, unless it has an `http_client` of its own. Settings that are
        left out stay as they are.

        Args:
            api_key: the API key.
            api_secret: the API secret.
            base_url: the URL of the service.
            timeout: seconds for each phase of a request, a Timeout, or None for no limit.
            max_retries: how many times a failed attempt is retried.
            http_client: an httpx2 client with connections of its own.
            default_headers: headers to add to those of this client.
            set_default_headers: headers to replace those of this client.
            default_query: query parameters to add to those of this client.
            set_default_query: query parameters to replace those of this client.

        Raises:
            ValueError: both `default_...` and `set_default_...` are passed.
        """
        http_client = self._adopt(http_client)
        now = self._sender.settings
        optional = {"api_key": api_key, "api_secret": api_secret, "base_url": base_url, "http_client": http_client}
        changes: dict[str, Any] = {name: value for name, value in optional.items() if value is not None}
        options = {"timeout": timeout, "max_retries": max_retries}
        changes |= {name: value for name, value in options.items() if not isinstance(value, NotGiven)}
        changes |= {
            "default_headers": _changed("default_headers", now.default_headers, default_headers, set_default_headers),
            "default_query": _changed("default_query", now.default_query, default_query, set_default_query),
        }
        settings = replace(now, **changes)
        twin = copy.copy(self)
        for name in ("contacts", "with_raw_response", "with_streaming_response"):
            twin.__dict__.pop(name, None)  # they use the sender of this client
        if http_client is not None:
            sender = self._connect(settings, http_client)
        else:
            sender = copy.copy(self._sender)
            sender.settings = settings
        twin.__dict__["_sender"] = sender
        return twin

    with_options = copy

    def _send(
        self,
        method: str,
        path: str,
        cast_to: Any,
        *,
        stream: bool = False,
        stream_cls: Any = None,
        **sent: Unpack[Payload],
    ) -> Any:
        from ._verbs import describe_path  # noqa: PLC0415 - few programs need it

        content = sent.get("content")
        if isinstance(content, AsyncIterable) and not isinstance(content, Iterable):
            if isinstance(self._sender, Sender):
                raise TypeError("content is an async iterable: pass an iterable of bytes, or use AsyncSendblueAPI.")
            return self._send_collected(method, path, cast_to, content, stream=stream, stream_cls=stream_cls, sent=sent)
        call = describe_path(method, path, self._sender.settings, cast_to, **sent)
        sender: Any = self._sender
        if not stream:
            return sender.send(call)
        from ._stream import open_async_stream, open_stream  # noqa: PLC0415 - as above

        return (open_stream if isinstance(sender, Sender) else open_async_stream)(sender, call, stream_cls)

    async def _send_collected(
        self, method: str, path: str, cast_to: Any, content: AsyncIterable[bytes], *, sent: Payload, **stream: Any
    ) -> Any:
        # The whole content is collected before the request is sent, so that a retry can send it again.
        sent["content"] = b"".join([piece async for piece in content])
        return await self._send(method, path, cast_to, **stream, **sent)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r})"  # the repr of a URL hides its password


def _changed(
    name: str, now: Mapping[str, V], add: Mapping[str, V] | None, put: Mapping[str, V] | None
) -> Mapping[str, V]:
    if add is not None and put is not None:
        raise ValueError(f"{name} and set_{name} cannot be combined: the first adds, the second replaces.")
    return {**now, **add} if add is not None else now if put is None else put
