"""What a client was told, checked once, and the parts of a request that follow from it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, Final

import httpx2

from ._arguments import HeaderMapping, NotGiven, Omit, QueryMapping, TimeoutTypes, URLTypes, omit
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
        strict: an answer that does not fit its model is an error, instead of being handed on as it came.
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
    strict: bool

    def __post_init__(self) -> None:
        if self.max_retries is None:
            raise TypeError("max_retries cannot be None: pass 0 for no retries.")
        for name in ("api_key", "api_secret"):
            value = getattr(self, name)
            if not value or not value.isascii() or not value.isprintable() or value != value.strip():
                raise SendblueAPIError(f"{name} is empty or holds a space or a line break: strip it.")
        object.__setattr__(self, "base_url", _address(self.base_url))
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
                **_platform(),
                "X-Stainless-Async": "async:asyncio" if self.agent.startswith("Async") else "false",
                "x-stainless-retry-count": "0",
            }
        )
        override(headers, read_timeout(self.extensions))
        override(headers, self.default_headers)
        return headers

    @cached_property
    def headers_of_json(self) -> httpx2.Headers:
        """The same, where a body is sent."""
        headers = httpx2.Headers(self.headers)
        headers.setdefault("Content-Type", "application/json")
        return headers

    @cached_property
    def makes_keys(self) -> bool:
        """Whether each POST gets an `Idempotency-Key`: not where the default headers speak of it."""
        return "idempotency-key" not in map(str.lower, self.default_headers)

    @cached_property
    def url(self) -> Callable[[str], httpx2.URL]:
        """Gives the URL of a path, and remembers it: to read one is a quarter of the work of a request."""
        prefix = self.prefix
        return lru_cache(lambda path: httpx2.URL(prefix + path))

    @cached_property
    def extensions(self) -> dict[str, object]:
        """The timeouts, as httpx2 hands them to its transport."""
        return extensions(self.timeout)


def resolve(agent: str, http_client: httpx2.Client | httpx2.AsyncClient | None, given: Mapping[str, Any]) -> Settings:
    """Settings from the arguments of a constructor and, where those say nothing, from the environment.

    Args:
        agent: the name in the User-Agent header.
        http_client: the caller's, or None.
        given: the other arguments of the constructor by name.

    Raises:
        SendblueAPIError: a key is missing or malformed, or the base URL is not a whole address.
        TypeError: `max_retries` is None.
    """
    timeout, base_url = given["timeout"], given["base_url"]
    if isinstance(timeout, NotGiven):
        timeout = DEFAULT_TIMEOUT
        # A client whose maker chose a timeout keeps it; 5 seconds are httpx2's own when nobody chose.
        if http_client is not None and http_client.timeout != httpx2.Timeout(5.0):
            timeout = http_client.timeout
    if base_url is None:
        base_url = os.environ.get("SENDBLUE_API_BASE_URL") or DEFAULT_BASE_URL
    return Settings(
        agent=agent,
        api_key=_key("api_key", given["api_key"]),
        api_secret=_key("api_secret", given["api_secret"]),
        base_url=base_url,
        timeout=timeout,
        max_retries=given["max_retries"],
        default_headers={**_custom_headers(), **(given["default_headers"] or {})},
        default_query=given["default_query"] or {},
        http_client=http_client,
        strict=given["_strict_response_validation"],
    )


def _address(url: URLTypes) -> httpx2.URL:
    # With a slash at the end of its path, so that `base_url.join("api")` leads below it.
    address = httpx2.URL(str(url))
    path = address.raw_path.partition(b"?")[0]
    return address if path.endswith(b"/") else address.copy_with(raw_path=path + b"/")


def override(headers: httpx2.Headers, changes: HeaderMapping) -> None:
    """Set headers in place; `omit` as a value drops one."""
    for name, value in changes.items():
        if isinstance(value, Omit):
            headers.pop(name, None)
        elif isinstance(value, str):
            headers[name] = value
        else:
            raise TypeError(f"The header {name} must be a str or omit, not {type(value).__name__}.")


def extensions(timeout: TimeoutTypes) -> dict[str, object]:
    """A timeout, as httpx2 hands it to its transport."""
    if timeout is None or isinstance(timeout, (int, float, tuple)):
        timeout = httpx2.Timeout(timeout)
    return {"timeout": timeout.as_dict()}


def read_timeout(extensions: Mapping[str, Any]) -> HeaderMapping:
    """How long the client waits for an answer, in the header that tells the service."""
    seconds = extensions["timeout"]["read"]
    return {"x-stainless-read-timeout": omit if seconds is None else f"{seconds:g}"}


@cache
def _platform() -> Mapping[str, str]:
    # What the official client tells of the program's machine (client-facts.md, "Surface").
    import platform  # noqa: PLC0415 - the first call needs it, not the import

    system, machine = platform.system(), platform.machine().lower()
    arch = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(machine, machine)
    return {
        "X-Stainless-Lang": "python",
        "X-Stainless-Package-Version": __version__,
        "X-Stainless-OS": {"Darwin": "MacOS"}.get(system, system or "Unknown"),
        "X-Stainless-Arch": arch or "unknown",
        "X-Stainless-Runtime": platform.python_implementation(),
        "X-Stainless-Runtime-Version": platform.python_version(),
    }


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
