"""Operations on opt-outs and the consent ledger."""

from numberkeep.domain.errors import InvalidInput, MissingFields
from numberkeep.operations.operation import Call, Listed, operation
from numberkeep.service import consent, contacts
from numberkeep.wire.answers import Nothing, page_size
from numberkeep.wire.consent import (
    ConsentEntryOut,
    ConsentParams,
    ImportAnswer,
    ImportBody,
    LedgerAnswer,
    OptedOutOut,
    OptedOutParams,
    OptOutAnswer,
    OptOutBody,
    consent_entry_out,
    import_answer,
    opted_out_out,
)


@operation("contacts.opt_out", InvalidInput)
async def opt_out(call: Call, given: OptOutBody) -> OptOutAnswer:
    """Record whether the recipient behind a number has opted out."""
    opted_out = given.opted_out is not False
    return await call.once(
        lambda once: contacts.set_opt_out(
            call.context, call.account, given.number or "", opted_out=opted_out, once=once
        ),
        lambda phone: OptOutAnswer(phone, opted_out),
    )


@operation("consent.show", InvalidInput, reads=True)
async def show(call: Call, given: ConsentParams) -> list[ConsentEntryOut]:
    """List the ledger entries of a number, oldest first. Not of the hosted API."""
    if given.number is None:
        raise MissingFields("number")
    entries = await consent.show(call.context, call.account, given.number)
    return [consent_entry_out(entry) for entry in entries]


@operation("consent.list", InvalidInput, reads=True)
async def list_opted_out(call: Call, given: OptedOutParams) -> Listed[OptedOutOut]:
    """List the numbers that are opted out, with the `Link` header of the next page. Not of the hosted API."""
    limit = page_size(given.limit)
    found = await consent.opted_out(call.context, call.account, given.cursor, limit + 1)
    page = found[:limit]
    return Listed([opted_out_out(each) for each in page], page[-1].phone if len(found) > limit else None)


@operation("consent.import", InvalidInput)
async def import_opt_outs(call: Call, given: ImportBody) -> ImportAnswer:
    """Opt out numbers that have opted out elsewhere; numbers that are not valid are rejected. Not of the hosted API."""
    numbers = given.numbers
    if numbers is None:
        raise MissingFields("numbers")
    return await call.once(
        lambda once: consent.import_opt_outs(call.context, call.account, numbers, once),
        import_answer,
    )


@operation("consent.verify", reads=True)
async def verify(call: Call, _: Nothing) -> LedgerAnswer:
    """Verify that the consent ledger is as it was written and agrees with the opt-outs. Not of the hosted API."""
    found = await consent.verify(call.context, call.account)
    return LedgerAnswer(found.entries, found.faults)
