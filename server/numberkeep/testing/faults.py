"""Faults of an account's calls and webhooks."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

from numberkeep.testing.connection import Connection, ControlError

_NOT_FOUND: Final = 404


@dataclass(frozen=True)
class Fault:
    """A fault of the account. As a context manager, it is removed at the end of the block.

    Attributes:
        fault_id: the id of the fault; the calls to which it applied have it as `fault_id`.
        operation: the operation whose calls fail; `*` for all, `webhooks` for deliveries to webhooks.
        kind: what the program sees, see `Faults.add`.
    """

    fault_id: int
    operation: str
    kind: str
    _connection: Connection = field(repr=False, compare=False)

    def remove(self) -> None:
        """Remove the fault; a removed one is ignored."""
        try:
            self._connection.control("DELETE", f"faults/{self.fault_id}")
        except ControlError as error:
            if error.status != _NOT_FOUND:
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


class Faults:
    """The faults of an account.

    Args:
        connection: the service, with the account's keys.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        operation: str,
        kind: str = "status",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        message: str | None = None,
        seconds: float | None = None,
        nth: int | None = None,
        times: int | None = None,
        probability: float | None = None,
        seed: int | None = None,
        number: str | None = None,
    ) -> Fault:
        """Make calls of an operation fail; `with faults.add(...)` does so for a block.

        Args:
            operation: a name such as `contacts.create`; `*` for all; `webhooks` for deliveries to webhooks.
            kind: `status` (an error, without a change), `latency` (a late answer), `cut` (the body ends early),
                `malformed` (broken JSON), `late` (the change is made, the answer comes later), `cut_after` (the change
                is made, the connection is cut); for `webhooks`: `lost`, `doubled`, `reordered`.
            status: for `status`, the HTTP status.
            retry_after: for `status`, the `Retry-After` header, in seconds.
            message: for `status`, the message of the error.
            seconds: for `latency` and `late`, how much later the answer comes, in seconds of real time, at most 300.
            nth: the first matching call that fails, counted from 1; by default 1.
            times: how many calls fail; by default all.
            probability: the share of the matching calls that fail, above 0 and at most 1; by default 1.
            seed: makes `probability` repeatable: with the same seed, the same calls fail.
            number: only calls about this phone number fail; by default all.

        Raises:
            ControlError: there is no such operation or kind, or the kind does not use one of the arguments.
        """
        wanted = {
            "operation": operation,
            "kind": kind,
            "status": status,
            "retry_after": retry_after,
            "message": message,
            "seconds": seconds,
            "nth": nth,
            "times": times,
            "probability": probability,
            "seed": seed,
            "number": number,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        return self._fault(self._connection.control("POST", "faults", given)["fault"])

    def list(self) -> list[Fault]:
        """Return the faults of the account, in the order in which they were added."""
        return [self._fault(each) for each in self._connection.control("GET", "faults")["faults"]]

    def clear(self) -> None:
        """Remove all faults."""
        self._connection.control("DELETE", "faults")

    def _fault(self, values: dict[str, Any]) -> Fault:
        return Fault(values["fault_id"], values["operation"], values["kind"], self._connection)
