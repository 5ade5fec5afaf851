"""What an operation is, and what it works with."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_type_hints

from numberkeep.domain.errors import NumberkeepError
from numberkeep.domain.identity import Account
from numberkeep.service.context import Context, Idempotency
from numberkeep.service.exports.export import Export
from numberkeep.service.outlets import Notifier

I = TypeVar("I")  # noqa: E741 - input
O = TypeVar("O")  # noqa: E741 - output
R = TypeVar("R")


@dataclass(slots=True)
class Call:
    """One call of an operation. Not frozen: one is built for every request.

    Attributes:
        context: the store, the clock and who acts.
        account: whose data the operation reads and changes.
        notifier: checks where a webhook may lead.
        idempotency: the caller's idempotency key; its `encode` takes the operation's output. None if there is none.
    """

    context: Context
    account: Account
    notifier: Notifier
    idempotency: Idempotency | None = None

    async def once(self, act: Callable[[Idempotency | None], Awaitable[R]], output_of: Callable[[R], O]) -> O:
        """Return the output of a use case that runs only once if the call has an idempotency key.

        Args:
            act: the use case; its result is that of the one command that it passes the key to.
            output_of: returns the operation's output for that result.

        Raises:
            NumberkeepError: as for `act`, and for a used key as for the command `Once`.
        """
        given = self.idempotency
        if given is None:
            return output_of(await act(None))
        made: list[O] = []

        def encode(result: R) -> bytes:
            made.append(output_of(result))
            return given.encode(made[-1])

        result = await act(Idempotency(given.key, given.fingerprint, encode))
        return made[-1] if made else output_of(result)


@dataclass(slots=True, frozen=True)
class LongListed(Generic[O]):
    """A long page of a listing.

    Attributes:
        slices: what the page shows, in order.
        cursor: the cursor of the next page; None on the last.
    """

    slices: AsyncIterator[Sequence[O]]
    cursor: str | None = None


@dataclass(slots=True, frozen=True)
class Listed(Generic[O]):
    """A page of a listing.

    Attributes:
        items: what the page shows.
        cursor: the cursor of the next page; None on the last.
        long: the context in which a long page is read, instead of the other two.
    """

    items: Sequence[O]
    cursor: str | None = None
    long: AbstractAsyncContextManager[LongListed[O]] | None = None


@dataclass(slots=True, frozen=True)
class Download:
    """A file.

    Attributes:
        media_type: what it contains.
        name: how it is called where it is saved.
        opened: the context in which it is made and taken.
    """

    media_type: str
    name: str
    opened: AbstractAsyncContextManager[Export]


@dataclass(slots=True, frozen=True)
class Operation(Generic[I, O]):
    """One line of the table of operations.

    Attributes:
        name: the operation's name, such as `contacts.create`.
        function: what runs; its first docstring line describes the operation.
        errors: what it raises beyond the errors of every operation.
        reads: whether it changes nothing.
        input: the type of the function's input, from its annotations.
        output: the type of its output, likewise.
    """

    name: str
    function: Callable[[Call, I], Awaitable[O]]
    errors: tuple[type[NumberkeepError], ...] = ()
    reads: bool = False
    input: type[I] = field(init=False)
    output: Any = field(init=False)

    def __post_init__(self) -> None:
        """Read the types of input and output from the function's annotations."""
        hints = get_type_hints(self.function)
        object.__setattr__(self, "output", hints.pop("return"))
        object.__setattr__(self, "input", [*hints.values()][1])

    @property
    def summary(self) -> str:
        """The description of the operation, one sentence or more."""
        return " ".join((self.function.__doc__ or "").split())


def operation(
    name: str, *errors: type[NumberkeepError], reads: bool = False
) -> Callable[[Callable[[Call, I], Awaitable[O]]], Operation[I, O]]:
    """Make a function of a call and its input an operation."""
    return lambda function: Operation(name, function, errors, reads)
