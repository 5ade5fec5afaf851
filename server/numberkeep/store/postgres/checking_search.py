"""The checks of what searches rely on: the search text of each contact, and the index of the words.

The index is built behind the writes, so what it lacks of changes after its last event is no fault; and a text that an
older process left as it was is corrected with the index.
"""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import msgspec

from numberkeep.store.checking import Faults
from numberkeep.store.invariants import LACKS_CONTACT, NO_CONTACT, OTHER_WORDS, SEARCH_TEXT
from numberkeep.store.postgres.search_grams import grams_of_text
from numberkeep.store.search_texts import text_of

_IS_INDEXED: Final = (
    "coalesce(c.last_event <= p.event_id AND (p.filled_to IS NULL OR c.contact_id <= p.filled_to), false)"
)
# The grams are looked up contact by contact: the only index that names contacts does not begin with the account.
_CONTACTS: Final = (
    f"SELECT c.contact_id, {_IS_INDEXED}, c.search_text, (SELECT g.grams FROM search_grams AS g "
    "WHERE g.account_id = $1 AND g.reversed = reverse(c.phone)), c.first_name, c.last_name, c.company_name, "
    "c.assigned_to_email, c.tags, c.custom_variables FROM contacts AS c JOIN writers AS w ON w.account_id = $1 "
    "LEFT JOIN search_progress AS p ON p.account_id = $1 "
    f"WHERE c.account_id = $1 AND (c.last_event <= w.text_event OR {_IS_INDEXED})"
)
# Over all accounts, as no index finds an account's rows. What a later event is about will be indexed; if later events
# were deleted, all will be.
_WITHOUT_CONTACT: Final = (
    "SELECT g.account_id FROM search_grams AS g "
    "JOIN search_progress AS p ON p.account_id = g.account_id JOIN writers AS w ON w.account_id = g.account_id "
    "WHERE NOT EXISTS (SELECT FROM contacts AS c WHERE c.account_id = g.account_id AND c.phone = reverse(g.reversed)) "
    "AND NOT EXISTS (SELECT FROM events AS e WHERE e.account_id = g.account_id AND e.phone = reverse(g.reversed) "
    "AND e.event_id > p.event_id) AND (w.last_event = p.event_id OR EXISTS "
    "(SELECT FROM events AS n WHERE n.account_id = g.account_id AND n.event_id = p.event_id + 1))"
)


async def check_texts(connection: asyncpg.Connection, accounts: Sequence[int], faults: Faults) -> None:
    """Compare the search text and the grams of each contact with its fields, unless they may be behind."""
    statement = await connection.prepare(_CONTACTS)
    for account_id in accounts:
        async for contact in statement.cursor(account_id):
            _compare(account_id, contact, faults)


def _compare(account_id: int, contact: Any, faults: Faults) -> None:
    contact_id, is_indexed, stored, grams, *columns = contact
    try:
        text = text_of(columns)
    except msgspec.DecodeError:  # a fault of its own
        return
    if stored != text:
        faults.add(SEARCH_TEXT, account_id, contact_id)
    if not is_indexed:
        return
    if grams is None:
        faults.add(LACKS_CONTACT, account_id, contact_id)
    elif grams != grams_of_text(account_id, text):
        faults.add(OTHER_WORDS, account_id, contact_id)


async def check_index(connection: asyncpg.Connection, faults: Faults) -> None:
    """Find what the index has of contacts that do not exist."""
    async for (account_id,) in connection.cursor(_WITHOUT_CONTACT):
        faults.add(NO_CONTACT, account_id)
