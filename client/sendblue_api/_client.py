"""The two clients."""

import copy
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType, TracebackType
from typing import Any, ClassVar, Final, Generic, Protocol, Self, TypeVar, cast

import httpx2

from ._arguments import HeaderMapping, NotGiven, QueryMapping, RequestOptions, TimeoutTypes, URLTypes, not_given
from ._awaited import awaited
from ._connections import AsyncConnections, Connections
from ._operation import Call
from ._senders import AsyncSender, Sender
from ._settings import DEFAULT_MAX_RETRIES, Settings, resolve
from .resources import AsyncContactsResource, ContactsResource

SenderT = TypeVar("SenderT", Sender, AsyncSender)
T = TypeVar("T")
V = TypeVar("V")
HttpT = TypeVar("HttpT", httpx2.Client, httpx2.AsyncClient)
LegacyT = TypeVar("LegacyT")
_NO_OPTIONS: Final = cast("RequestOptions", MappingProxyType({}))


class LegacyClient(Protocol):
    """An `httpx.Client` of the caller's: httpx itself is not needed to say so."""

    def close(self) -> None:
        """Close the connections."""


class AsyncLegacyClient(Protocol):
    """An `httpx.AsyncClient` of the caller's."""

    async def aclose(self) -> None:
        """Close the connections."""


class _Client(Generic[SenderT, HttpT, LegacyT]):
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

    @property
    def api_key(self) -> str:
        """The key that calls are made with."""
        return self._sender.settings.api_key

    @property
    def api_secret(self) -> str:
        """The secret that calls are made with."""
        return self._sender.settings.api_secret

    @property
    def base_url(self) -> httpx2.URL:
        """Where the service is. Can be set: calls from then on go there, with the same key pair."""
        return self._sender.settings.base_url

    @base_url.setter
    def base_url(self, url: URLTypes) -> None:
        self._sender.settings = replace(self._sender.settings, base_url=httpx2.URL(str(url)))

    @property
    def timeout(self) -> TimeoutTypes:
        """Seconds for each phase of a request, a Timeout, or None for no limit."""
        return self._sender.settings.timeout

    @property
    def max_retries(self) -> int:
        """How often a failed attempt is repeated."""
        return self._sender.settings.max_retries

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
            "base_url": not_given if base_url is None else httpx2.URL(str(base_url)),
            "timeout": timeout,
            "max_retries": max_retries,
            "http_client": http_client or not_given,
            "default_headers": _changed("default_headers", now.default_headers, default_headers, set_default_headers),
            "default_query": _changed("default_query", now.default_query, default_query, set_default_query),
        }
        changes: dict[str, Any] = {name: value for name, value in given.items() if not isinstance(value, NotGiven)}
        settings = replace(now, **changes)
        twin = copy.copy(self)
        twin.__dict__.pop("contacts", None)  # it is bound to this client's sender
        if http_client is not None:
            sender = self._connect(settings, http_client)
        else:
            sender = copy.copy(self._sender)
            sender.settings = settings
        twin.__dict__["_sender"] = sender
        return twin

    with_options = copy

    def _call(self, method: str, path: str, cast_to: type[T], body: object, options: RequestOptions) -> Call[T]:
        from ._verbs import describe_path  # noqa: PLC0415 - few programs need it

        settings = self._sender.settings
        return describe_path(method, path, cast_to=cast_to, body=body, options=options, settings=settings)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r})"  # a URL's repr hides its password


def _changed(
    name: str, now: Mapping[str, V], add: Mapping[str, V] | None, put: Mapping[str, V] | None
) -> Mapping[str, V]:
    if add is not None and put is not None:
        raise ValueError(f"{name} adds and set_{name} replaces: give one of them.")
    return {**now, **add} if add is not None else now if put is None else put


class SendblueAPI(_Client[Sender, httpx2.Client, LegacyClient]):
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

    def get(self, path: str, *, cast_to: type[T], options: RequestOptions = _NO_OPTIONS) -> T:
        """Call a path of the service that has no method here.

        Args:
            path: what follows the base URL. A whole address must begin with it, for the secret goes nowhere else.
            cast_to: the type of the answer: a model, `dict`, `list[...]`, `str`, `NoneType`, or `httpx2.Response`.
            body: what is sent as JSON (not with GET).
            options: query, headers, timeout and more, for this call alone.

        Raises:
            APIError: as every call.
            ValueError: the path is an address elsewhere.
        """
        return self._sender.send(self._call("GET", path, cast_to, None, options))

    def post(self, path: str, *, cast_to: type[T], body: object = None, options: RequestOptions = _NO_OPTIONS) -> T:
        """POST a path that has no method here. See `get`."""
        return self._sender.send(self._call("POST", path, cast_to, body, options))

    def put(self, path: str, *, cast_to: type[T], body: object = None, options: RequestOptions = _NO_OPTIONS) -> T:
        """PUT a path that has no method here. See `get`."""
        return self._sender.send(self._call("PUT", path, cast_to, body, options))

    def patch(self, path: str, *, cast_to: type[T], body: object = None, options: RequestOptions = _NO_OPTIONS) -> T:
        """PATCH a path that has no method here. See `get`."""
        return self._sender.send(self._call("PATCH", path, cast_to, body, options))

    def delete(self, path: str, *, cast_to: type[T], body: object = None, options: RequestOptions = _NO_OPTIONS) -> T:
        """DELETE a path that has no method here. See `get`."""
        return self._sender.send(self._call("DELETE", path, cast_to, body, options))

    def close(self) -> None:
        """Close the connections, which copies of this client share."""
        self._sender.connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class AsyncSendblueAPI(_Client[AsyncSender, httpx2.AsyncClient, AsyncLegacyClient]):
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
