"""What the two clients share: their settings, their copies, and how they come by their connections."""

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
    """An `httpx.Client` of the caller's: httpx itself is not needed to say so."""

    def close(self) -> None:
        """Close the connections."""


class AsyncLegacyClient(Protocol):
    """An `httpx.AsyncClient` of the caller's."""

    async def aclose(self) -> None:
        """Close the connections."""


def _setting(name: str, doc: str) -> Any:
    def put(client: Any, value: object) -> None:
        sender = client._sender  # noqa: SLF001 - a method of the client
        sender.settings = replace(sender.settings, **{name: value})

    return property(attrgetter(f"_sender.settings.{name}"), put, doc=doc)


class BaseClient(Generic[SenderT, HttpT, LegacyT]):
    """What the two clients share. A client holds its sender, and the sender nothing of the client: no cycle."""

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

    # These can be set too: calls from then on use the new value, those of resources that were taken before as well.
    api_key: str = _setting("api_key", "The key that calls are made with.")
    api_secret: str = _setting("api_secret", "The secret that calls are made with.")
    timeout: TimeoutTypes = _setting("timeout", "Seconds for each phase of a request, a Timeout, or None for no limit.")
    max_retries: int = _setting("max_retries", "How often a failed attempt is repeated.")

    @property
    def base_url(self) -> httpx2.URL:
        """Where the service is, with a slash at the end of a path. Can be set: calls from then on go there."""
        return self._sender.settings.base_url

    @base_url.setter
    def base_url(self, url: URLTypes) -> None:
        self._sender.settings = replace(
            self._sender.settings, base_url=cast("httpx2.URL", url)
        )  # Settings makes it one

    @property
    def default_headers(self) -> httpx2.Headers:
        """The headers of every request but `Host`, with the key pair."""
        headers = httpx2.Headers(self._sender.settings.headers)
        del headers["Host"]
        return headers

    @property
    def auth_headers(self) -> dict[str, str]:
        """The headers of the key pair."""
        return {"sb-api-key-id": self.api_key, "sb-api-secret-key": self.api_secret}

    @property
    def default_query(self) -> dict[str, object]:
        """What is added to every query."""
        return dict(self._sender.settings.default_query)

    def is_closed(self) -> bool:
        """Whether the client was closed; a closed client refuses calls."""
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
        """A client that differs in what is given and shares the connections. `with_options` is the same.

        Args:
            api_key: another key.
            api_secret: another secret.
            base_url: another address.
            timeout: another timeout; None for no limit.
            max_retries: another number of retries.
            http_client: another `httpx2` client, whose connections are then not shared.
            default_headers: added to this client's.
            set_default_headers: instead of this client's.
            default_query: added to this client's.
            set_default_query: instead of this client's.

        Raises:
            ValueError: both the adding and the replacing form were given.
        """
        http_client = self._adopt(http_client)
        now = self._sender.settings
        given = {
            "api_key": not_given if api_key is None else api_key,
            "api_secret": not_given if api_secret is None else api_secret,
            "base_url": not_given if base_url is None else base_url,
            "timeout": timeout,
            "max_retries": max_retries,
            "http_client": http_client or not_given,
            "default_headers": _changed("default_headers", now.default_headers, default_headers, set_default_headers),
            "default_query": _changed("default_query", now.default_query, default_query, set_default_query),
        }
        changes: dict[str, Any] = {name: value for name, value in given.items() if not isinstance(value, NotGiven)}
        settings = replace(now, **changes)
        twin = copy.copy(self)
        for name in ("contacts", "with_raw_response", "with_streaming_response"):
            twin.__dict__.pop(name, None)  # they are bound to this client's sender
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
        from ._stream import AsyncEventSender, EventSender  # noqa: PLC0415 - as above

        family: Any = EventSender if isinstance(sender, Sender) else AsyncEventSender
        return family(sender, stream_cls).send(call)

    async def _send_collected(
        self, method: str, path: str, cast_to: Any, content: AsyncIterable[bytes], *, sent: Payload, **stream: Any
    ) -> Any:
        # The whole content is collected before the request is sent, so that a retry can send it again.
        sent["content"] = b"".join([piece async for piece in content])
        return await self._send(method, path, cast_to, **stream, **sent)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r})"  # a URL's repr hides its password


def _changed(
    name: str, now: Mapping[str, V], add: Mapping[str, V] | None, put: Mapping[str, V] | None
) -> Mapping[str, V]:
    if add is not None and put is not None:
        raise ValueError(f"{name} adds and set_{name} replaces: give one of them.")
    return {**now, **add} if add is not None else now if put is None else put
