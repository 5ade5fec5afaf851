"""The commands that send a message, and that record a carrier's receipt."""

from dataclasses import dataclass, replace

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import ConsentSource, Said
from numberkeep.domain.messages.message import OPTED_OUT, Direction, Draft, Message, MessageStatus
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


@dataclass(slots=True, frozen=True)
class Receipt:
    """A carrier's report on a message that it accepted earlier.

    Attributes:
        handle: the carrier's id of the message.
        status: DELIVERED or FAILED.
        service: the service that carried it; `""` if unknown.
        error: why it failed, without a number or a name.
        code: the carrier's number for the error; 0 for none.
        key: the error in one word; `""` for none.
        opted_out: whether the carrier reports that the recipient has opted out.
    """

    handle: str
    status: MessageStatus
    service: str = ""
    error: str = ""
    code: int = 0
    key: str = ""
    opted_out: bool = False


@dataclass(slots=True)
class RecordReceipt(AccountCommand[bool]):
    """Record a carrier's receipt; return False if there is no such message, or its status is final already."""

    account_id: int
    receipt: Receipt
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the message with this handle."""
        needs.sent[self.receipt.handle] = None

    def apply(self, work: Work) -> bool:
        """Return whether a message was changed."""
        receipt = self.receipt
        sent = [
            message
            for message in work.outbox.messages
            if message.handle == receipt.handle
            and message.direction is Direction.OUTBOUND
            and message.status is MessageStatus.SENT
        ]
        for message in sent:
            key = receipt.key or (OPTED_OUT if receipt.opted_out else "")
            changed = replace(
                message, status=receipt.status, error=receipt.error, error_code=receipt.code, error_key=key
            )
            if receipt.service:
                changed.service = receipt.service
            work.messages.update(changed, self.stamp)
            if receipt.opted_out:
                work.set_opt_out(message.phone, Said(ConsentSource.CARRIER), self.stamp, opted_out=True)
        return bool(sent)
