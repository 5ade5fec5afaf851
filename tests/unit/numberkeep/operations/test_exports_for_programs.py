"""Exports for other programs: their columns, and what an import of ours reads back."""

import csv
from io import StringIO
from typing import Any

import pytest

from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.service import contacts, keys
from numberkeep.service.context import Context
from support.round_trips import exported, imported, stored

PHONE = "+14155550101"


async def create(context: Context, account: Account, number: str, **patch: Any) -> None:
    """Create a contact."""
    await contacts.create(context, account, number, ContactPatch(**patch), update_if_exists=False)


@pytest.fixture(autouse=True)
async def people(context: Context, account: Account) -> None:
    """Create a contact with everything, one that opted out, and one with names that an import knows otherwise."""
    await create(
        context,
        account,
        PHONE,
        first_name="Ada",
        last_name="Lovelace",
        company_name="Analytical Engines, Ltd",
        assigned_to_email="owner@example.com",
        sendblue_number="+14155550199",
        tags=("vip", "list 7"),
        custom_variables={"Plan": "gold", "City": "London\nGB"},
    )
    await create(context, account, "+491512345678", first_name="=Grace", tags=("=1+1",))
    await contacts.set_opt_out(context, account, "+491512345678", opted_out=True)
    labels = (
        *("phone", "Labels", "opt_out", "Contact owner", "attributes.x", "custom_variables", " a", "=b", "Status"),
        *("a  b", "a\nb", "traits", "billing_phone", "Rufname", "No SMS"),
    )
    await create(
        context, account, "+12125550100", custom_variables=dict.fromkeys((*labels, "Custom Field 1 - Value"), "x")
    )


@pytest.mark.parametrize("program", ["google", "outlook", "hubspot"])
async def test_an_import_reads_what_is_for_another_program(context: Context, account: Account, program: str) -> None:
    """All fields, and above all who opted out."""
    other = (await keys.create(context, "other", KeyPair("other", "secret"))).account
    text = await exported(context, account, for_=program)
    assert await imported(context, other, text) == 0, text
    assert await stored(context, other) == await stored(context, account), text


@pytest.mark.parametrize(
    ("program", "cells"),
    [
        (
            "google",
            {
                "First Name": "Ada",
                "Last Name": "Lovelace",
                "Organization Name": "Analytical Engines, Ltd",
                "Labels": "vip ::: list 7 ::: * myContacts",
                "Phone 1 - Label": "Mobile",
                "Phone 1 - Value": PHONE,
                "Custom Field 1 - Label": "Assigned To Email",
                "Custom Field 1 - Value": "owner@example.com",
                "Custom Field 2 - Label": "Sendblue Number",
                "Custom Field 2 - Value": "+14155550199",
                "Custom Field 3 - Label": "Plan",
                "Custom Field 3 - Value": "gold",
                "Custom Field 4 - Label": "City",
                "Custom Field 4 - Value": "London\nGB",
            },
        ),
        (
            "outlook",
            {
                "First Name": "Ada",
                "Last Name": "Lovelace",
                "Company": "Analytical Engines, Ltd",
                "Mobile Phone": PHONE,
                "Assigned To Email": "owner@example.com",
                "Sendblue Number": "+14155550199",
                "Categories": "vip;list 7",
                "Opted Out": "false",
                "City": "London\nGB",
                "Plan": "gold",
            },
        ),
        (
            "hubspot",
            {
                "First Name": "Ada",
                "Last Name": "Lovelace",
                "Phone Number": PHONE,
                "Company Name": "Analytical Engines, Ltd",
                "Contact Owner": "owner@example.com",
                "Sendblue Number": "+14155550199",
                "Tags": "vip;list 7",
                "Opted Out": "false",
                "City": "London\nGB",
                "Plan": "gold",
            },
        ),
    ],
)
async def test_the_columns_are_those_of_the_program(
    context: Context, account: Account, program: str, cells: dict[str, str]
) -> None:
    """With a mark for who opted out, and without formulas."""
    text = await exported(context, account, for_=program, q="ada")
    [row] = csv.DictReader(StringIO(text, newline=""))
    assert row == cells
    [opted_out] = csv.DictReader(StringIO(await exported(context, account, for_=program, opted_out=True), newline=""))
    assert "true" in opted_out.values()
    assert opted_out["First Name"] == "'=Grace"


@pytest.mark.parametrize("program", ["outlook", "hubspot"])
async def test_a_label_is_no_formula(context: Context, account: Account, program: str) -> None:
    """Nor the name of a column that means something else."""
    header = next(csv.reader(StringIO(await exported(context, account, for_=program), newline="")))
    assert "custom_variables.=b" in header
    assert "custom_variables.phone" in header
    assert not any(name.startswith(("=", "+", "-", "@")) for name in header)
