"""What carriers report of messages that they took earlier; it may arrive before the answer that names the message."""

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Final

from numberkeep.domain.command import ANSWERS_RETAINED, AccountCommand
from numberkeep.domain.consent.ledger import ConsentSource, Said
from numberkeep.domain.messages.message import OPTED_OUT, Direction, Message, MessageStatus
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.loaded import KeptAnswer
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work

_KEY: Final = "receipt of "
"""Receipts that are early are kept with the answers of idempotency keys, none of which contains a space."""


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
    """Record a carrier's receipt; return False if there is no such message, or its status is final already.

    If no message has the handle yet, the receipt is kept for a day, and applied when one gets it.
    """

    account_id: int
    receipt: Receipt
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the message with this handle, and a receipt that was kept."""
        needs.sent[self.receipt.handle] = None
        want_early_receipt(needs, self.receipt.handle)

    def apply(self, work: Work) -> bool:
        """Return whether a message was changed."""
        receipt = self.receipt
        found = [
            message
            for message in work.outbox.messages
            if message.handle == receipt.handle and message.direction is Direction.OUTBOUND
        ]
        sent = [message for message in found if message.status is MessageStatus.SENT]
        for message in sent:
            _apply(work, message, receipt, self.stamp)
        if not found and _early_receipt(work, receipt.handle, self.stamp) is None:
            text = json.dumps(asdict(receipt)).encode()
            key = f"{_KEY}{receipt.handle}"
            work.answers.put(key, KeptAnswer(key, b"", text, self.stamp.at))
        return bool(sent)


def want_early_receipt(needs: Needs, handle: str) -> None:
    """Need the receipt of a message that arrived before its handle was known."""
    needs.answers[f"{_KEY}{handle}"] = None


def apply_early_receipt(work: Work, message: Message, stamp: Stamp) -> None:
    """Record the receipt of a message that was just sent, if it has arrived already."""
    receipt = _early_receipt(work, message.handle, stamp)
    if receipt is not None and message.status is MessageStatus.SENT:
        _apply(work, message, receipt, stamp)


def _early_receipt(work: Work, handle: str, stamp: Stamp) -> Receipt | None:
    kept = work.answers.get(f"{_KEY}{handle}")
    if kept is None or kept.at <= stamp.at - ANSWERS_RETAINED:
        return None
    names = {field.name for field in fields(Receipt)}
    given = {name: value for name, value in json.loads(kept.answer).items() if name in names}
    return Receipt(**{**given, "status": MessageStatus(given["status"])})


def _apply(work: Work, message: Message, receipt: Receipt, stamp: Stamp) -> None:
    key = receipt.key or (OPTED_OUT if receipt.opted_out else "")
    changed = replace(message, status=receipt.status, error=receipt.error, error_code=receipt.code, error_key=key)
    if receipt.service:
        changed.service = receipt.service
    work.messages.update(changed, stamp)
    if receipt.opted_out:
        work.set_opt_out(message.phone, Said(ConsentSource.CARRIER), stamp, opted_out=True)
