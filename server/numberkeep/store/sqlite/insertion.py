"""The form of insertions, which may have any number of rows: see `_FOR_MANY` in statements.py."""


def insertion(table: str, columns: str) -> str:
    """Return the statement that inserts a row of an account."""
    return f"INSERT INTO {table} (account_id, {columns}) VALUES (?{', ?' * (columns.count(',') + 1)})"
