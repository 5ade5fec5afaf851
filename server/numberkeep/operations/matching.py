"""The operation that counts what a listing of contacts has. Not of the hosted API."""

from numberkeep.domain.errors import InvalidInput
from numberkeep.operations.operation import Call, operation
from numberkeep.service import contacts
from numberkeep.wire.contacts import MatchesAnswer
from numberkeep.wire.listing import ListParams, list_query


@operation("contacts.count_matching", InvalidInput, reads=True)
async def count_matching(call: Call, given: ListParams) -> MatchesAnswer:
    """Count the contacts that a listing with these conditions has; many are not counted to the end.

    Not of the hosted API.
    """
    count, is_exact = await contacts.count_matching(call.context, call.account, list_query(given), given.phone_number)
    return MatchesAnswer(count, is_exact)
