"""The SQL of the commands on whole accounts. ?1 is the account."""

from collections.abc import Mapping
from typing import Final

from numberkeep.store.transfer import ACCESS
from numberkeep.store.whole_account import OF_ACCOUNTS, SETTINGS, columns_of

STATEMENTS: Final[Mapping[str, str]] = {
    **{f"delete_all_{each.name}": f"DELETE FROM {each.name} WHERE account_id = ?1" for each in (*OF_ACCOUNTS, *ACCESS)},
    **{
        f"all_{each.name}": (
            f"SELECT {', '.join(columns_of(each))} FROM {each.name} WHERE account_id = ?1 "
            f"ORDER BY {', '.join(each.key)}"
        )
        for each in OF_ACCOUNTS
    },
    **{
        f"insert_all_{each.name}": (
            f"INSERT INTO {each.name} ({', '.join(each.columns)}) VALUES ({', '.join('?' * len(each.columns))})"
        )
        for each in OF_ACCOUNTS
    },
    "settings": f"SELECT {', '.join(SETTINGS)} FROM accounts WHERE account_id = ?1",
    "release_taken": "UPDATE outbox SET state = 0, due_at = created_at WHERE account_id = ?1 AND state = 1",
    "end_leases": "UPDATE jobs SET lease_until = 0 WHERE account_id = ?1 AND lease_until > 0",
    "delete_writer": "SELECT ?1 WHERE 0",  # the counters are in the account's row
    "delete_keys": "DELETE FROM api_keys WHERE account_id = ?1",
    "delete_account": "DELETE FROM accounts WHERE account_id = ?1",
}
