"""Realistic contacts: names of a typical length, a few tags and variables."""

import random
from collections.abc import Iterator
from typing import Any, Final

from numberkeep.domain.contacts.commands import BulkRow
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.identity import contact_id_at

START_MICROS: Final = 1_780_000_000_000_000
_SYLLABLES: Final = ("an", "be", "cor", "da", "el", "fi", "gra", "ho", "is", "ju", "ka", "lo", "mi", "no", "ra", "sa")
# Lua's numbers are doubles: n * 7919 stays exact far beyond ten million.
DIGITS_IN_LUA: Final = "string.format('1%d', 2000000000 + n * 7919 % 7999993000)"
"""What `phone` returns for `n`, without the plus, as an expression for wrk's script."""


def phone(number: int) -> str:
    """Return the phone number of contact `number`; each is different, and they are not in order."""
    return f"+1{2_000_000_000 + number * 7_919 % 7_999_993_000}"


def rows(first: int, count: int) -> Iterator[BulkRow]:
    """Yield `count` rows from contact `first`, the same on every run."""
    chance = random.Random(first)  # noqa: S311 - the same people on every run
    for number in range(first, first + count):
        patch = ContactPatch(
            first_name=_name(chance),
            last_name=_name(chance),
            company_name=_name(chance),
            tags=("customer",) if number % 3 else ("customer", f"cohort-{number % 50}"),
            custom_variables={"plan": "pro", "seats": str(number % 90)},
        )
        at = START_MICROS + number
        yield BulkRow(phone(number), patch, contact_id_at(at, 1), at)


def as_json(row: BulkRow) -> dict[str, Any]:
    """Return the fields of a row under their names in the API."""
    return {
        "phone": row.phone,
        "first_name": row.patch.first_name,
        "last_name": row.patch.last_name,
        "company_name": row.patch.company_name,
        "tags": row.patch.tags,
        "custom_variables": row.patch.custom_variables,
    }


def _name(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=3)).capitalize()
