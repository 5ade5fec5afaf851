"""Calls of a service: its control API, and the ordinary API with an account's keys."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final, TypeVar

import httpx2

from numberkeep import __version__

_Shape = TypeVar("_Shape")

_AGENT: Final = f"numberkeep-testing/{__version__}"
_SECONDS: Final = 30.0
_NOT_FOUND: Final = 404


class ControlError(Exception):
    """The service refused a request of the test kit, or cannot be reached.

    Attributes:
        status: the HTTP status of the answer; None if there was no answer.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Connection:
    """A service's HTTP API. May be used in several threads.

    Args:
        url: the service's URL.
        headers: sent with each request: an account's keys.
        client: what sends the requests; by default a new client, which `close` closes.
    """

    def __init__(
        self, url: str, headers: Mapping[str, str] | None = None, *, client: httpx2.Client | None = None
    ) -> None:
        # Proxies of the environment are ignored: few of them reach this machine's own ports.
        self._client = client or httpx2.Client(timeout=_SECONDS, trust_env=False)
        self._url = url.rstrip("/")
        self._headers = {"x-numberkeep-observer": "1", "user-agent": _AGENT, **(headers or {})}

    def with_headers(self, headers: Mapping[str, str]) -> "Connection":
        """Return the same service with other headers; it is closed with this one."""
        return Connection(self._url, headers, client=self._client)

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Call the control API, and return the JSON of its answer.

        Args:
            method: the HTTP method.
            path: the path below `/_numberkeep/test/`.
            body: sent as JSON; None for no body.
            query: the parameters; those that are None are left out.

        Raises:
            ControlError: the service refuses the call, is not in test mode, or cannot be reached.
        """
        __tracebackhide__ = True
        return self.call(method, f"/_numberkeep/test/{path}", body, **query)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Call any path of the service, as `control` calls the control API."""
        __tracebackhide__ = True
        given = {name: value for name, value in query.items() if value is not None}
        content = None if body is None else json.dumps(body).encode()
        headers = self._headers if content is None else {**self._headers, "content-type": "application/json"}
        try:
            answer = self._client.request(method, self._url + path, params=given, content=content, headers=headers)
        except httpx2.RequestError as error:
            raise ControlError(f"cannot reach {self._url} ({type(error).__name__}): does the service run?") from error
        if answer.is_success:
            return answer.json()
        raise ControlError(_refusal(answer, f"{method} {path}"), answer.status_code)

    def events(self, after: int, seconds: float) -> Iterator[tuple[int, str]]:
        """Yield the events of the account as they happen: the position in the log, and JSON, or `""` for no event.

        Args:
            after: the position to start after; 0 starts with the oldest event.
            seconds: how long to wait for each; then the iterator ends.

        Raises:
            ControlError: the service refuses the call, or cannot be reached.
        """
        path, patience = "/api/v2/events", httpx2.Timeout(_SECONDS, read=seconds)
        try:
            with self._client.stream(
                "GET", self._url + path, params={"after": after}, headers=self._headers, timeout=patience
            ) as answer:
                if not answer.is_success:
                    answer.read()
                    raise ControlError(_refusal(answer, f"GET {path}"), answer.status_code)
                for event in httpx2.EventSource(answer):
                    yield int(event.id or after), event.data
        except httpx2.ReadTimeout:
            return
        except httpx2.RequestError as error:
            raise ControlError(f"cannot reach {self._url} ({type(error).__name__}): does the service run?") from error

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


def known(shape: type[_Shape], values: Mapping[str, Any]) -> _Shape:
    """Return a dataclass made of the values that it has a field for: newer services may return more."""
    names = {field.name for field in fields(shape)}  # type: ignore[arg-type]
    return shape(**{name: value for name, value in values.items() if name in names})


def _refusal(answer: httpx2.Response, called: str) -> str:
    try:
        body = answer.json()
        faults = [f"{each['field']} {each['message']}" for each in body.get("errors", ())]
        said = str(body["message"]) + (f" ({'; '.join(faults)})" if len(faults) > 1 else "")
    except (ValueError, KeyError, TypeError, AttributeError):
        said = answer.text[:200]
    if answer.status_code == _NOT_FOUND and "/_numberkeep/test/" in called:
        said += " (is the service in test mode? Start it with `numberkeep serve --test`)"
    return f"{called} was refused with status {answer.status_code}: {said}"
