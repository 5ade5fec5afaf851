"""Commands: changes that a store applies in one transaction, together with their consequences.

Neither the domain nor a store reads a clock: times come in stamps, so the same commands have the same result on any
engine.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from numberkeep.domain.errors import AnsweredBefore, IdempotencyKeyReused, NumberkeepError
from numberkeep.domain.work.loaded import KeptAnswer
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

SECOND: Final = 1_000_000
ANSWERS_RETAINED: Final = 24 * 3600 * SECOND
"""How long the answer to an idempotency key is kept, microseconds."""


class Command(Generic[R_co]):
    """A change whose result is of type R_co."""

    __slots__ = ()

    @property
    def weight(self) -> int:
        """The approximate number of rows that it may write, which limits the group that shares a commit."""
        return 1


class AccountCommand(Command[R_co]):
    """A change to what one account has.

    Attributes:
        account_id: the account.
    """

    __slots__ = ()
    account_id: int

    def want(self, needs: Needs) -> None:
        """Add to `needs` what `apply` reads beyond the tallies and the webhooks; nothing by default."""

    @abstractmethod
    def apply(self, work: Work) -> R_co:
        """Make the change and return the result.

        Raises:
            NumberkeepError: the command is refused; raised before anything is changed.
        """


class Once(AccountCommand[R]):
    """A command that is applied once per idempotency key; a repetition gets the first answer.

    The answer is kept only if the command was applied; a refused command may be tried again.

    Args:
        command: the command.
        key: the idempotency key, which belongs to the account.
        fingerprint: distinguishes the request from others with the same key.
        encode: returns the answer to keep for the command's result.
        at: the current time, microseconds since 1970.

    Raises on application: what the command raises; AnsweredBefore with the first answer; IdempotencyKeyReused if the
        key was used for another request.
    """

    __slots__ = ("_at", "_command", "_encode", "_fingerprint", "_key", "account_id")

    def __init__(
        self, command: AccountCommand[R], key: str, fingerprint: bytes, encode: Callable[[R], bytes], at: int
    ) -> None:
        self.account_id = command.account_id
        self._command = command
        self._key = key
        self._fingerprint = fingerprint
        self._encode = encode
        self._at = at

    @property
    def weight(self) -> int:
        """The weight of the command."""
        return self._command.weight

    def want(self, needs: Needs) -> None:
        """Need what the command needs, and the key's answer."""
        self._command.want(needs)
        needs.answers[self._key] = None

    def apply(self, work: Work) -> R:
        """Return the command's result."""
        known = work.answers.get(self._key)
        if known is not None and known.at > self._at - ANSWERS_RETAINED:
            if known.fingerprint != self._fingerprint:
                raise IdempotencyKeyReused
            raise AnsweredBefore(known.answer)
        result = self._command.apply(work)
        work.answers.put(self._key, KeptAnswer(self._key, self._fingerprint, self._encode(result), self._at))
        return result


def outcomes(commands: Sequence[AccountCommand[R]], work: Work) -> list[R | NumberkeepError]:
    """Return the result of each command, or its refusal; each command sees the changes of those before it.

    Raises:
        NumberkeepError: a command was refused after it had changed something, so the work must not be saved.
    """
    done: list[R | NumberkeepError] = []
    for command in commands:
        before = work.changed
        try:
            done.append(command.apply(work))
        except NumberkeepError as refusal:
            if work.changed != before:
                raise
            done.append(refusal)
    return done
