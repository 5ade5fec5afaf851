"""The calls of an account, as the service recorded them, and how a test finds the one it expects."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_SHOWN: Final = 3
"""How many of the nearest calls a failure names."""


@dataclass(frozen=True)
class Call:
    """A recorded call of the API.

    Attributes:
        call_id: the number of the call; later calls have higher ones.
        at: the service's time when the call began, in ISO 8601.
        operation: the operation, such as `contacts.create`; `none` if no operation has the method and path.
        method: the HTTP method.
        path: the path of the URL.
        query: the parameters of the URL; a repeated one has a list of values.
        headers: the request's headers, by name in lower case; secrets are replaced by `[redacted]`.
        body: the JSON of the request; None if it was empty, not JSON, or larger than 64 KiB.
        status: the HTTP status of the answer.
        answer: the JSON of the answer; None as for `body`.
        seconds: the time until the answer was complete.
        phone: the phone number that the call is about, in E.164; None if there is not exactly one.
        fault_id: the fault that applied to the call; None if none did.
    """

    call_id: int
    at: str
    operation: str | None
    method: str
    path: str
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any
    status: int | None
    answer: Any
    seconds: float
    phone: str | None = None
    fault_id: int | None = None

    def __str__(self) -> str:
        """Return the call in one line."""
        about = f" about {self.phone}" if self.phone else ""
        fault = f" (fault {self.fault_id})" if self.fault_id else ""
        return f"{self.operation}{about}: {self.method} {self.path} -> {self.status}{fault}"


@dataclass(frozen=True)
class Expected:
    """What a test expects of a call; None where it expects nothing.

    Attributes:
        operation: the operation.
        number: the phone number that the call is about, in E.164; it may contain separators.
        status: the HTTP status of the answer.
        body: fields of the request's body, with their values.
    """

    operation: str
    number: str | None = None
    status: int | None = None
    body: Mapping[str, Any] | None = None

    def differences(self, call: Call) -> Sequence[str]:
        """Return how a call differs from what is expected, the most important difference first."""
        return list(self._differences(call))

    def _differences(self, call: Call) -> Iterator[str]:
        if call.operation != self.operation:
            yield f"its operation is {call.operation}"
        if self.number is not None and call.phone != plain(self.number):
            yield f"its number is {call.phone}"
        if self.status is not None and call.status != self.status:
            yield f"its status is {call.status}"
        found = call.body if isinstance(call.body, dict) else {}
        for name, value in (self.body or {}).items():
            if name not in found:
                yield f"its body has no {name}"
            elif found[name] != value:
                yield f"its {name} is {found[name]!r}"

    def __str__(self) -> str:
        """Return the operation, and what else is expected."""
        others = {"number": self.number, "status": self.status, "body": self.body}
        named = ", ".join(f"{name}={value!r}" for name, value in others.items() if value is not None)
        return f"{self.operation} with {named}" if named else self.operation


def plain(number: str) -> str:
    """Return a phone number without the separators that people write in it."""
    return re.sub(r"[\s().-]", "", number)


def matching(calls: Sequence[Call], expected: Expected) -> list[Call]:
    """Return the calls that are as expected."""
    return [call for call in calls if not expected.differences(call)]


def miss(calls: Sequence[Call], expected: Expected) -> str:
    """Return why no call is as expected: the nearest ones, with what differs."""
    if not calls:
        return f"{expected} was not called: no call was made"
    found = {call.call_id: expected.differences(call) for call in calls}

    def distance(call: Call) -> tuple[bool, int, int]:
        return (call.operation != expected.operation, len(found[call.call_id]), -call.call_id)

    nearest = sorted(calls, key=distance)[:_SHOWN]
    lines = [f"  {call}, but {' and '.join(found[call.call_id])}" for call in nearest]
    heading = "The only call:" if len(calls) == 1 else f"The nearest of {len(calls)} calls:"
    if expected.number is not None and not plain(expected.number).startswith("+"):
        lines.append("Write `number` in E.164 form, such as +14155550123.")
    return "\n".join([f"{expected} was not called. {heading}", *lines])
