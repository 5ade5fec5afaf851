"""The form of insertions, which may have any number of rows: see many_rows.py."""


def insertion(table: str, columns: str) -> str:
    """Return the statement that inserts a row of an account."""
    return f"INSERT INTO {table} (account_id, {columns}) VALUES (?{', ?' * (columns.count(',') + 1)})"
