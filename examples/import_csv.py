"""Import a CSV file of any size: a thousand contacts per request, and no more in memory.

The columns `phone`, `first_name`, `last_name` and `company_name` are the contact's fields, `tags` are separated by
semicolons, and every other column becomes a custom variable. An invalid row is reported and skipped. Contacts that
exist are updated, so you can correct the file and import it again.

Run it with the three variables of the `export` line that `make serve` prints:

    .venv/bin/python examples/import_csv.py examples/contacts.csv
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sendblue_api import SendblueAPI
from sendblue_api.types.contacts import ContactInput

FIRST_ROW = 2  # as in a spreadsheet, where row 1 has the column names
TEXTS: Final = ("first_name", "last_name", "company_name")


def read(path: Path) -> Iterator[ContactInput]:
    """Yield the contacts of the file as they are needed. An empty cell leaves an existing value unchanged."""
    with path.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, restkey="", restval=""):
            contact = ContactInput(phone=row.pop("phone"))
            for field in TEXTS:
                if text := row.pop(field, ""):
                    contact[field] = text
            if tags := row.pop("tags", ""):
                contact["tags"] = tags.split(";")
            if variables := {name: value for name, value in row.items() if name and value}:
                contact["custom_variables"] = variables
            yield contact


def main() -> int:
    """Import the file named on the command line. Return the exit code: 1 if a row was refused."""
    stored = refused = 0
    with SendblueAPI() as client:
        for result in client.contacts.bulk.create_all(read(Path(sys.argv[1]))):
            if result.error is None:
                stored += 1
            else:
                refused += 1
                print(f"row {result.index + FIRST_ROW}: {result.error}", file=sys.stderr)
    print(stored, "contacts stored,", refused, "refused")
    return int(refused > 0)


if __name__ == "__main__":
    sys.exit(main())
