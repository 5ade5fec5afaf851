"""The command that enqueues a message of a program."""

from dataclasses import dataclass, replace

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.messages.message import Draft, Message
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class SendMessage(AccountCommand[Message]):
    """Enqueue a message to a number, which need not be a contact's, and return it.

    It is sent from the draft's line, or else from the contact's. If the recipient has opted out, nothing is enqueued:
    the message is kept with the status `failed`.
    """

    account_id: int
    draft: Draft
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the number."""
        needs.phones[self.draft.phone] = None

    def apply(self, work: Work) -> Message:
        """Return the message."""
        draft = self.draft
        contact = work.contacts.get(draft.phone)
        if not draft.line and contact is not None:
            draft = replace(draft, line=contact.sendblue_number)
        return work.messages.send(replace(draft, plain=True), self.stamp)
