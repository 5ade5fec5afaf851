"""What a process of an earlier version writes, which does not know of search texts."""

from support.databases import execute

_CHANGES = (
    (
        "UPDATE contacts AS c SET first_name = 'Grace', last_event = w.last_event + 1 FROM writers AS w "
        "WHERE w.account_id = c.account_id AND c.phone = '{changed}'"
    ),
    (
        "INSERT INTO contacts (account_id, contact_id, phone, created_at, first_name, last_name, company_name, "
        "assigned_to_email, sendblue_number, tags, custom_variables, verified, opt_out, last_event) "
        "SELECT account_id, (SELECT max(contact_id) + 1 FROM contacts), '{created}', created_at + 1, 'Ellen', '', '', "
        "'', '', '[]', '{{}}', false, false, last_event + 1 FROM contacts WHERE phone = '{changed}'"
    ),
    (
        "INSERT INTO events (account_id, event_id, type, at, phone, subject, actor, cause, replaced, previous_event) "
        "SELECT c.account_id, c.last_event, 'contact.updated', 0, c.phone, '{{}}', '', '', '', 0 "
        "FROM contacts AS c JOIN writers AS w ON w.account_id = c.account_id AND c.last_event > w.last_event"
    ),
    (
        "UPDATE writers AS w SET last_event = c.last_event, contact_count = contact_count + 1 FROM contacts AS c "
        "WHERE c.account_id = w.account_id AND c.phone = '{created}' RETURNING 1"
    ),
)


async def write_as_older(url: str, changed: str, created: str) -> None:
    """Name a contact Grace, and create another one, Ellen, as an earlier version beside this one does."""
    await execute(url, *(each.format(changed=changed, created=created) for each in _CHANGES))
