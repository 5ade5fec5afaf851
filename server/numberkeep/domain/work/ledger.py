"""Consent within a unit of work: who has opted out, and the ledger entries that say so."""

from numberkeep.domain.consent.ledger import ConsentEntry, ConsentSource, Said, next_entry
from numberkeep.domain.work.changes import OptOut
from numberkeep.domain.work.loaded import LoadedRows
from numberkeep.domain.work.rows import ChangeCounter, Rows


class Ledger:
    """The consent of the numbers of a unit of work.

    Attributes:
        opt_outs: by number.
        entries: the new entries, in order.
        last: the number of the account's last entry.
        hash: that entry's hash.
    """

    def __init__(self, counter: ChangeCounter, loaded: LoadedRows) -> None:
        known = {phone: OptOut(phone, *since) for phone, since in loaded.opt_outs.items()}
        self.opt_outs = Rows(counter, known)
        self.entries: list[ConsentEntry] = []
        self.last = loaded.tallies.entries
        self.hash = loaded.tallies.ledger

    def opted_out(self, phone: str) -> bool:
        """Return whether the recipient with this number has opted out."""
        return self.opt_outs.get(phone) is not None

    def changes(self, phone: str, said: Said, *, opted_out: bool) -> bool:
        """Return whether an opt-out or opt-in says something new: a real opt-out does after a simulated one."""
        known = self.opt_outs.get(phone)
        if not opted_out or known is None:
            return opted_out == (known is None)
        return known.simulated and said.source is not ConsentSource.SIMULATED

    def append(self, phone: str, said: Said, at: int, *, opted_out: bool) -> ConsentEntry:
        """Record what a recipient said, and return the entry."""
        self.last += 1
        entry = next_entry(self.last, self.hash, phone, said, at, opted_out=opted_out)
        self.hash = entry.hash
        self.entries.append(entry)
        if opted_out:
            simulated = said.source is ConsentSource.SIMULATED
            self.opt_outs.put(phone, OptOut(phone, at, entry.entry_id, simulated))
        else:
            self.opt_outs.remove(phone)
        return entry
