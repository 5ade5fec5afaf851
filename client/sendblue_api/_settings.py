"""The settings of a client, checked once, and the parts of a request that follow from them."""

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
    """The settings of one client. `SendblueAPI` documents the ones that have no comment here.

    Attributes:
        agent: the name in the User-Agent header.
        http_client: the caller's client, whose own headers and query are sent too.
        strict: whether a response that does not match its model is an error.
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
                raise SendblueAPIError(f"{name} must be ASCII text with no space around it: copy it again.")
        object.__setattr__(self, "base_url", _address(self.base_url))
        if self.base_url.scheme not in ("http", "https") or not self.base_url.host:
            raise SendblueAPIError("base_url must be an absolute URL such as 'http://127.0.0.1:8181'.")

    @cached_property
    def prefix(self) -> str:
        """The base URL as text, without a slash at its end."""
        return str(self.base_url.copy_with(query=None, fragment=None)).rstrip("/")

    @cached_property
    def query(self) -> QueryMapping:
        """The query parameters of every request."""
        return {**(self.http_client.params if self.http_client else {}), **self.default_query}

    @cached_property
    def headers(self) -> httpx2.Headers:
        """The headers of every request."""
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
        """The headers of every request with a body."""
        headers = httpx2.Headers(self.headers)
        headers.setdefault("Content-Type", "application/json")
        return headers

    @cached_property
    def makes_keys(self) -> bool:
        """Whether each POST gets an `Idempotency-Key`: not if the default headers set or omit it."""
        return "idempotency-key" not in map(str.lower, self.default_headers)

    @cached_property
    def url(self) -> Callable[[str], httpx2.URL]:
        """Returns the URL of a path from a cache: parsing one is a quarter of the work of a request."""
        prefix = self.prefix
        return lru_cache(lambda path: httpx2.URL(prefix + path))

    @cached_property
    def extensions(self) -> dict[str, object]:
        """The timeouts, in the form that httpx2 passes to its transport."""
        return extensions(self.timeout)


def resolve(agent: str, http_client: httpx2.Client | httpx2.AsyncClient | None, given: Mapping[str, Any]) -> Settings:
    """Return the settings from the arguments of a constructor, or from the environment if they are missing."""
    timeout, base_url = given["timeout"], given["base_url"]
    if isinstance(timeout, NotGiven):
        timeout = DEFAULT_TIMEOUT
        # A client with a timeout of its own keeps it; 5 seconds are httpx2's default.
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
    # With a slash at the end of its path, so that `base_url.join("api")` is below it.
    address = httpx2.URL(str(url))
    path = address.raw_path.partition(b"?")[0]
    return address if path.endswith(b"/") else address.copy_with(raw_path=path + b"/")


def override(headers: httpx2.Headers, changes: HeaderMapping) -> None:
    """Set headers in place; the value `omit` drops one."""
    for name, value in changes.items():
        if isinstance(value, Omit):
            headers.pop(name, None)
        elif isinstance(value, str):
            headers[name] = value
        else:
            raise TypeError(f"The header {name} must be a str or omit, not {type(value).__name__}.")


def extensions(timeout: TimeoutTypes) -> dict[str, object]:
    """Return a timeout in the form that httpx2 passes to its transport."""
    if timeout is None or isinstance(timeout, (int, float, tuple)):
        timeout = httpx2.Timeout(timeout)
    return {"timeout": timeout.as_dict()}


def read_timeout(extensions: Mapping[str, Any]) -> HeaderMapping:
    """Return the header that reports the read timeout to the service."""
    seconds = extensions["timeout"]["read"]
    return {"x-stainless-read-timeout": omit if seconds is None else f"{seconds:g}"}


@cache
def _platform() -> Mapping[str, str]:
    # What the official client reports about the machine (client-facts.md, "Surface").
    import platform  # noqa: PLC0415 - needed at the first call, not at import

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
        raise SendblueAPIError(f"{name} is missing: pass {name}=... or set the environment variable {variable}.")
    return key


def _custom_headers() -> Mapping[str, str]:
    headers = {}
    for line in os.environ.get("SENDBLUE_API_CUSTOM_HEADERS", "").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip()] = value.strip()
        elif line.strip():
            raise SendblueAPIError("Each line of SENDBLUE_API_CUSTOM_HEADERS must have the form 'Name: value'.")
    return headers
