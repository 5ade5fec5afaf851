"""Operations on what happened to a number. Not of the hosted API."""

from numberkeep.domain.errors import ContactNotFound, InvalidInput
from numberkeep.operations.operation import Call, operation
from numberkeep.service import contacts, history
from numberkeep.wire.answers import page_size
from numberkeep.wire.contacts import ByNumber
from numberkeep.wire.history import ContactVerificationOut, HistoryOf, HistoryOut, history_out, verification_out


@operation("contacts.history", InvalidInput, ContactNotFound, reads=True)
async def list_history(call: Call, given: HistoryOf) -> list[HistoryOut]:
    """List what happened to a number, newest first: who changed what, when and as part of what."""
    limit = page_size(given.params.limit)
    return [
        history_out(event) for event in await history.events_of(call.context, call.account, given.phone_number, limit)
    ]


@operation("contacts.verification", ContactNotFound, reads=True)
async def verification(call: Call, given: ByNumber) -> ContactVerificationOut:
    """Return whether a contact is verified, and its last verification."""
    contact = await contacts.retrieve(call.context, call.account, given.phone_number)
    last = await history.verification_of(call.context, call.account, contact.phone)
    return verification_out(contact.phone, last, call.context.clock.now(), verified=contact.verified == 1)
