"""The commands that record whether recipients have opted out."""

from collections.abc import Sequence
from dataclasses import dataclass

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import ConsentSource, Said
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class SetOptOut(AccountCommand[str]):
    """Record whether the recipient behind a number has opted out, contact or not, and return the number."""

    account_id: int
    phone: str
    opted_out: bool
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the number and its verification, which an opt-out ends."""
        needs.verifications[self.phone] = None

    def apply(self, work: Work) -> str:
        """Return the number."""
        work.set_opt_out(self.phone, Said(), self.stamp, opted_out=self.opted_out)
        return self.phone


@dataclass(slots=True, frozen=True)
class Imported:
    """What became of a list of numbers.

    Attributes:
        new: how many are opted out now and were not before.
        valid: how many different numbers the list has.
        rejected: the indexes of those that are not phone numbers.
    """

    new: int
    valid: int
    rejected: Sequence[int]


@dataclass(slots=True)
class ImportOptOuts(AccountCommand[Imported]):
    """Record that the recipients behind numbers opted out elsewhere.

    Attributes:
        account_id: the account.
        phones: the numbers, each once.
        rejected: the indexes of those in the list that are not phone numbers, for the result.
        stamp: see AccountCommand.
        source: the name of the file that they come from, which the ledger keeps as the wording; `""` if there is none.
    """

    account_id: int
    phones: Sequence[str]
    rejected: Sequence[int]
    stamp: Stamp
    source: str = ""

    @property
    def weight(self) -> int:
        """The number of phone numbers."""
        return len(self.phones)

    def want(self, needs: Needs) -> None:
        """Need the numbers and their verifications, which opt-outs end."""
        needs.verifications.update(dict.fromkeys(self.phones))

    def apply(self, work: Work) -> Imported:
        """Return what became of them."""
        said = Said(ConsentSource.IMPORT, self.source)
        new = sum(work.set_opt_out(phone, said, self.stamp, opted_out=True) for phone in self.phones)
        return Imported(new, len(self.phones), self.rejected)
