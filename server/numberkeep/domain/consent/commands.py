"""The command that records whether a recipient has opted out."""

from dataclasses import dataclass

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import Said
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.snapshot import Needs
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
