"""Import a CSV file of any size, a thousand contacts a request.

The columns `phone`, `first_name`, `last_name` and `company_name` are the contact's fields, `tags` are separated by
semicolons, and every other column becomes a custom variable. A request with a bad row stores none of its rows; the
program then says which rows are wrong. It updates the contacts that exist, so it can be run again on the mended file.

Run it with the three variables of the `export` line that `make serve` prints:

    .venv/bin/python examples/import_csv.py examples/contacts.csv
"""

import csv
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from sendblue_api import BadRequestError, SendblueAPI
from sendblue_api.types.contacts import ContactInput

CHUNK = 1000
FIRST_ROW = 2  # as a spreadsheet counts: the first one names the columns
TEXTS: Final = ("first_name", "last_name", "company_name")


def read(path: Path) -> Iterator[ContactInput]:
    """The contacts of the file, read as they are needed. An empty cell changes nothing of a contact that exists."""
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


def complaints(error: BadRequestError, first: int) -> Iterator[str]:
    """What is wrong, by row; in one sentence where the service does not name the rows."""
    body = error.body if isinstance(error.body, dict) else {}
    for each in body.get("errors", []):
        yield f"row {first + each['index']}: {each['field']} {each['message']}"
    if "errors" not in body:
        yield f"from row {first} on: {error}"


def main() -> int:
    """Import the file named on the command line; the exit code is 1 when a row was refused."""
    rows, first, stored, refused = read(Path(sys.argv[1])), FIRST_ROW, 0, False
    with SendblueAPI() as client:
        while chunk := list(islice(rows, CHUNK)):
            try:
                stored += len(client.contacts.bulk.create(contacts=chunk).contacts)
            except BadRequestError as error:
                refused = True
                print(*complaints(error, first), sep="\n", file=sys.stderr)
            first += len(chunk)
    print(stored, "contacts stored")
    return int(refused)


if __name__ == "__main__":
    sys.exit(main())
