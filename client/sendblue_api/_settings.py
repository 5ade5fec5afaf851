"""What a client was told, checked once, and the parts of a request that follow from it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import httpx2

from ._arguments import HeaderMapping, NotGiven, Omit, QueryMapping, TimeoutTypes
from ._errors import SendblueAPIError
from ._version import __version__

DEFAULT_BASE_URL: Final = "https://api.sendblue.co"
DEFAULT_MAX_RETRIES: Final = 2
DEFAULT_TIMEOUT: Final = httpx2.Timeout(60.0, connect=5.0)
DEFAULT_CONNECTION_LIMITS: Final = httpx2.Limits(max_connections=100, max_keepalive_connections=20)


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """The settings of one client; `dataclasses.replace` makes those of a copy.

    Attributes:
        agent: the name in the User-Agent header.
        api_key: sent as `sb-api-key-id`.
        api_secret: sent as `sb-api-secret-key`.
        base_url: where the service is; a path in it is kept.
        timeout: seconds for each phase of a request, a Timeout, or None for no limit.
        max_retries: how often a failed attempt is repeated.
        default_headers: added to every request, over the client's own.
        default_query: added to every query.
        http_client: whose own headers and query are sent too, as its maker expects.
    """

    agent: str
    api_key: str
    api_secret: str
    base_url: httpx2.URL
    timeout: TimeoutTypes
    max_retries: int
    default_headers: HeaderMapping
    default_query: QueryMapping
    http_client: httpx2.Client | httpx2.AsyncClient | None

    def __post_init__(self) -> None:
        if self.max_retries is None:
            raise TypeError("max_retries cannot be None: pass 0 for no retries.")
        for name in ("api_key", "api_secret"):
            value = getattr(self, name)
            if not value or not value.isascii() or not value.isprintable() or value != value.strip():
                raise SendblueAPIError(f"{name} is empty or holds a space or a line break: strip it.")
        if self.base_url.scheme not in ("http", "https") or not self.base_url.host:
            raise SendblueAPIError("base_url must be a whole address, such as 'http://127.0.0.1:8181'.")

    @cached_property
    def prefix(self) -> str:
        """The base URL as text, to which a path is added."""
        return str(self.base_url.copy_with(query=None, fragment=None)).rstrip("/")

    @cached_property
    def query(self) -> QueryMapping:
        """What is in every query."""
        return {**(self.http_client.params if self.http_client else {}), **self.default_query}

    @cached_property
    def headers(self) -> httpx2.Headers:
        """What is in the head of every request."""
        headers = httpx2.Headers(self.http_client.headers if self.http_client else {"Accept-Encoding": "gzip, deflate"})
        headers.update(
            {
                "Host": self.base_url.netloc.decode("ascii"),
                "Accept": "application/json",
                "User-Agent": f"{self.agent}/Python {__version__}",
                "sb-api-key-id": self.api_key,
                "sb-api-secret-key": self.api_secret,
            }
        )
        override(headers, self.default_headers)
        return headers

    @cached_property
    def extensions(self) -> dict[str, object]:
        """The timeouts, as httpx2 hands them to its transport."""
        return extensions(self.timeout)


def resolve(
    *,
    agent: str,
    api_key: str | None,
    api_secret: str | None,
    base_url: str | httpx2.URL | None,
    timeout: TimeoutTypes | NotGiven,
    max_retries: int,
    default_headers: HeaderMapping | None,
    default_query: QueryMapping | None,
    http_client: httpx2.Client | httpx2.AsyncClient | None,
) -> Settings:
    """Settings from the arguments of a constructor and, where those say nothing, from the environment.

    Raises:
        SendblueAPIError: a key is missing or malformed, or the base URL is not a whole address.
        TypeError: `max_retries` is None.
    """
    if isinstance(timeout, NotGiven):
        timeout = DEFAULT_TIMEOUT
        # A client whose maker chose a timeout keeps it; 5 seconds are httpx2's own when nobody chose.
        if http_client is not None and http_client.timeout != httpx2.Timeout(5.0):
            timeout = http_client.timeout
    return Settings(
        agent=agent,
        api_key=_key("api_key", api_key),
        api_secret=_key("api_secret", api_secret),
        base_url=httpx2.URL(
            base_url if base_url is not None else os.environ.get("SENDBLUE_API_BASE_URL") or DEFAULT_BASE_URL
        ),
        timeout=timeout,
        max_retries=max_retries,
        default_headers={**_custom_headers(), **(default_headers or {})},
        default_query=default_query or {},
        http_client=http_client,
    )


def override(headers: httpx2.Headers, changes: HeaderMapping) -> None:
    """Set headers in place; `omit` as a value drops one."""
    for name, value in changes.items():
        if isinstance(value, Omit):
            headers.pop(name, None)
        else:
            headers[name] = value


def extensions(timeout: TimeoutTypes) -> dict[str, object]:
    """A timeout, as httpx2 hands it to its transport."""
    return {"timeout": httpx2.Timeout(timeout).as_dict()}


def _key(name: str, given: str | None) -> str:
    variable = f"SENDBLUE_API_{name.upper()}"
    key = given if given is not None else os.environ.get(variable)
    if key is None:
        raise SendblueAPIError(f"There is no {name}: pass {name}=... or set {variable} in the environment.")
    return key


def _custom_headers() -> Mapping[str, str]:
    headers = {}
    for line in os.environ.get("SENDBLUE_API_CUSTOM_HEADERS", "").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip()] = value.strip()
        elif line.strip():
            raise SendblueAPIError("Each line of SENDBLUE_API_CUSTOM_HEADERS must read 'Name: value'.")
    return headers
