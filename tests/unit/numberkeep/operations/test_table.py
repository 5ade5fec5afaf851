"""The table of operations, and how a call with an idempotency key runs once."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from numberkeep.domain.errors import AnsweredBefore, InvalidInput, NumberkeepError
from numberkeep.domain.identity import Account
from numberkeep.http.errors import described
from numberkeep.http.routes import INBOUND, ROUTES
from numberkeep.operations.operation import Call, Listed, Operation, operation
from numberkeep.operations.table import OPERATIONS
from numberkeep.service.context import Context, Idempotency
from numberkeep.store.sqlite import SqliteStore
from numberkeep.wire.answers import Nothing
from support.outlets import ScriptedNotifier


def test_every_operation_has_one_route_and_every_route_an_operation() -> None:
    """HTTP binds all of the table and nothing else."""
    bound = [route.operation.name for route in (*ROUTES, INBOUND)]
    assert sorted(bound) == sorted(each.name for each in OPERATIONS)
    assert len(set(bound)) == len(bound)


@pytest.mark.parametrize("each", OPERATIONS, ids=lambda each: each.name)
def test_an_operation_describes_itself(each: Operation[Any, Any]) -> None:
    """Each has a summary, the type of its input, and a status for each of its errors."""
    assert each.summary.endswith(".")
    assert isinstance(each.input, type)
    assert all(400 <= described(error)[0] < 500 and described(error)[1] for error in each.errors)


@pytest.mark.parametrize("route", [*ROUTES, INBOUND], ids=lambda route: route.operation.name)
def test_only_reads_are_get(route: Any) -> None:
    """Every change has another method, because it needs an actor."""
    assert route.operation.reads is (route.method == "GET")


def test_input_and_output_are_those_of_the_function() -> None:
    """An operation is declared by its function's annotations only."""

    @operation("test.echo", InvalidInput, reads=True)
    async def echo(call: Call, given: Nothing) -> Listed[Nothing]:
        """Echo the input."""
        del call
        return Listed([given])

    assert (echo.input, echo.output) == (Nothing, Listed[Nothing])
    assert (echo.summary, echo.errors) == ("Echo the input.", (InvalidInput,))


@pytest.fixture
def call() -> Call:
    """Return a call with an idempotency key."""
    context = Context(SqliteStore(None))
    once = Idempotency("key", b"fingerprint", msgspec.json.encode)
    return Call(context, Account(1, "default", "US"), ScriptedNotifier(), once)


async def test_the_stored_output_is_the_returned_one(call: Call) -> None:
    """The result is encoded once, for the store and the caller."""
    made: list[int] = []

    async def act(once: Idempotency | None) -> int:
        assert once
        assert (once.key, once.fingerprint, once.encode(7)) == ("key", b"fingerprint", b'{"result":7}')
        return 7

    def output_of(result: int) -> dict[str, int]:
        made.append(result)
        return {"result": result}

    assert await call.once(act, output_of) == {"result": 7}
    assert made == [7]


async def test_without_a_key_the_use_case_gets_none(call: Call) -> None:
    """It runs, and its result is encoded."""
    call.idempotency = None

    async def act(once: Idempotency | None) -> int:
        assert once is None
        return 7

    assert await call.once(act, str) == "7"


async def test_a_use_case_that_changes_nothing_has_an_output_too(call: Call) -> None:
    """Its result is encoded even if it applied no command."""

    async def act(once: Idempotency | None) -> int:
        assert once
        return 7

    assert await call.once(act, str) == "7"


@pytest.mark.parametrize("error", [AnsweredBefore(b"{}"), InvalidInput("no")])
async def test_errors_are_propagated(call: Call, error: NumberkeepError) -> None:
    """The binding maps replays and errors to responses."""

    async def act(once: Idempotency | None) -> int:
        del once
        raise error

    run: Callable[[], Awaitable[str]] = lambda: call.once(act, str)  # noqa: E731
    with pytest.raises(type(error)) as raised:
        await run()
    assert raised.value is error
