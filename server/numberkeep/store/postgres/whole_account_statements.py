"""The SQL of the commands on whole accounts. $1 is the account."""

from collections.abc import Mapping
from typing import Final

from numberkeep.store.postgres.statements import insertion
from numberkeep.store.transfer import ACCESS
from numberkeep.store.whole_account import OF_ACCOUNTS, SETTINGS, columns_of

_DELETE: Final = {
    each.name: f"DELETE FROM numberkeep.{each.name} WHERE account_id = $1" for each in (*OF_ACCOUNTS, *ACCESS)
}
# What words are searched in is derived from the contacts. Numbers of events may start again, so their place is deleted.
# No contact has a wrong text.
_DELETE_SEARCH: Final = (
    "WITH place AS (DELETE FROM numberkeep.search_progress WHERE account_id = $1), "
    "grams AS (DELETE FROM numberkeep.search_grams WHERE account_id = $1), "
    "texts AS (UPDATE numberkeep.writers SET text_event = last_event WHERE account_id = $1)"
)

FETCHED: Final[Mapping[str, str]] = {
    **{f"delete_all_{name}": statement for name, statement in _DELETE.items()},
    "delete_all_contacts": f"{_DELETE_SEARCH} {_DELETE['contacts']}",
    **{
        f"all_{each.name}": (
            f"SELECT {', '.join(columns_of(each))} FROM numberkeep.{each.name} WHERE account_id = $1 "
            f"ORDER BY {', '.join(each.key)}"
        )
        for each in OF_ACCOUNTS
    },
    "settings": f"SELECT {', '.join(SETTINGS)} FROM numberkeep.accounts WHERE account_id = $1",
    "release_taken": "UPDATE numberkeep.outbox SET state = 0, due_at = created_at WHERE account_id = $1 AND state = 1",
    "end_leases": "UPDATE numberkeep.jobs SET lease_until = 0 WHERE account_id = $1 AND lease_until > 0",
    "delete_writer": "DELETE FROM numberkeep.writers WHERE account_id = $1",
    "delete_keys": "DELETE FROM numberkeep.api_keys WHERE account_id = $1",
    "delete_account": "DELETE FROM numberkeep.accounts WHERE account_id = $1",
}

SAVES: Final[Mapping[str, str]] = {
    f"insert_all_{each.name}": insertion(each.name, ", ".join(columns_of(each))) for each in OF_ACCOUNTS
}
