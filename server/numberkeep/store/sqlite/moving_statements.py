"""The SQL of the upgrade steps that SQL cannot do alone. ?1 is the account."""

from collections.abc import Mapping
from typing import Final

_OF_PHONES: Final = "account_id = ?1 AND phone IN (SELECT value FROM json_each(?2))"


def _in_order(table: str) -> str:
    return f"SELECT phone FROM {table} WHERE account_id = ?1 AND phone > ?2 ORDER BY phone LIMIT ?3"


STATEMENTS: Final[Mapping[str, str]] = {
    "every_account": "SELECT account_id FROM accounts ORDER BY account_id",
    "contacts_in_order": (
        "SELECT created_at, contact_id, phone, sendblue_number, tags, custom_variables FROM contacts "
        "WHERE account_id = ?1 AND (created_at, contact_id) > (?2, ?3) ORDER BY created_at, contact_id LIMIT ?4"
    ),
    "texts_in_order": (
        "SELECT created_at, contact_id, first_name, last_name, company_name, assigned_to_email, tags, custom_variables "
        "FROM contacts WHERE account_id = ?1 AND (created_at, contact_id) > (?2, ?3) "
        "ORDER BY created_at, contact_id LIMIT ?4"
    ),
    "opt_outs_in_order": _in_order("opt_outs"),
    "verifications_in_order": _in_order("verifications"),
    "last_events_in_order": _in_order("last_events"),
    "messages_in_order": (
        "SELECT message_id, phone, line FROM messages WHERE account_id = ?1 AND message_id > ?2 "
        "ORDER BY message_id LIMIT ?3"
    ),
    "contact_ids": f"SELECT phone, contact_id FROM contacts WHERE {_OF_PHONES}",
    "heads": (
        f"SELECT phone, last_event FROM contacts WHERE {_OF_PHONES} "
        f"UNION ALL SELECT phone, last_event FROM last_events WHERE {_OF_PHONES}"
    ),
    "event_link": "SELECT previous_event FROM events WHERE account_id = ?1 AND event_id = ?2",
    "set_composed": (
        "UPDATE contacts SET sendblue_number = ?3, tags = ?4, custom_variables = ?5 "
        "WHERE account_id = ?1 AND contact_id = ?2"
    ),
    "move_contact": "UPDATE contacts SET phone = ?3 WHERE account_id = ?1 AND phone = ?2",
    "move_verification": "UPDATE verifications SET phone = ?3 WHERE account_id = ?1 AND phone = ?2",
    "delete_verification": "DELETE FROM verifications WHERE account_id = ?1 AND phone = ?2",
    "set_event_phone": "UPDATE events SET phone = ?3 WHERE account_id = ?1 AND event_id = ?2",
    "set_previous_event": "UPDATE events SET previous_event = ?3 WHERE account_id = ?1 AND event_id = ?2",
    "move_deliveries": "UPDATE outbox SET phone = ?4 WHERE account_id = ?1 AND target = ?2 AND phone = ?3",
    "set_message_numbers": "UPDATE messages SET phone = ?3, line = ?4 WHERE account_id = ?1 AND message_id = ?2",
    "delete_conversation": "DELETE FROM conversations WHERE account_id = ?1 AND phone = ?2",
    "move_message_delivery": (
        "UPDATE outbox SET phone = ?4 WHERE account_id = ?1 AND target = 0 AND phone = ?2 AND item = ?3"
    ),
    "finish_step": "DELETE FROM pending_steps WHERE name = ?1",
}
