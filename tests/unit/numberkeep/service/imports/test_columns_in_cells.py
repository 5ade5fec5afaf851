"""Custom fields of Google Contacts, whose labels are in cells, and owners of contacts."""

import pytest

from numberkeep.formats.rows import Row
from numberkeep.service.imports.content import Content, Fault
from numberkeep.service.imports.mapping import Mapper
from numberkeep.service.imports.options import Options, parse_column

US = Options("US")
PHONE = "+14155550101"


def content(options: Options = US, /, **cells: str) -> Content:
    """Return the content of a row with a number."""
    columns = {"phone": PHONE, **cells}
    return Mapper(options).read(Row(2, list(columns), list(columns.values())))[1]


@pytest.mark.parametrize(
    ("cells", "variables"),
    [
        ({"Custom Field 1 - Label": "Plan", "Custom Field 1 - Value": "gold"}, {"Plan": "gold"}),
        ({"Custom Field 2 - Type": "Plan", "Custom Field 2 - Value": "gold"}, {"Plan": "gold"}),
        ({"Custom Field 1 - Label": "Plan", "Custom Field 1 - Value": ""}, {}),
        ({"Custom Field 1 - Value": "gold"}, {"Custom Field 1 - Value": "gold"}),
        ({"Custom Field 1 - Label": "custom_variables.phone", "Custom Field 1 - Value": "x"}, {"phone": "x"}),
        ({"Contact owner": "Grace Hopper"}, {"Contact owner": "Grace Hopper"}),
    ],
)
def test_custom_fields_of_google_are_variables(cells: dict[str, str], variables: dict[str, str]) -> None:
    """By their labels; an owner is one too, unless it is an e-mail address."""
    assert content(**cells).variables == variables


def test_custom_fields_of_google_can_be_fields_of_ours() -> None:
    """If their labels say so."""
    cells = {
        "Custom Field 1 - Label": "Opted Out",
        "Custom Field 1 - Value": "true",
        "Custom Field 2 - Label": "Assigned To Email",
        "Custom Field 2 - Value": "grace@example.com",
    }
    found = content(**cells)
    assert (found.opt_out, found.texts, found.variables) == (True, {"assigned_to_email": "grace@example.com"}, {})
    assert content(**{"Contact owner": "grace@example.com"}).texts == {"assigned_to_email": "grace@example.com"}


def test_an_owner_beside_who_is_assigned_is_a_variable() -> None:
    """As any second text of a field; it is left out if other columns are."""
    cells = {"Contact owner": "grace@example.com", "assigned_to_email": "ada@example.com"}
    found = content(**cells)
    assert found.texts == {"assigned_to_email": "ada@example.com"}
    assert found.variables == {"Contact owner": "grace@example.com"}
    assert content(Options("US", keep_unmatched=False), **cells).variables == {}


def test_an_owner_that_is_too_long_is_rejected() -> None:
    """As the field that it becomes."""
    with pytest.raises(Fault, match="longer than 320") as caught:
        content(**{"Contact owner": f"{'x' * 320}@example.com"})
    assert caught.value.field == "assigned_to_email"


def test_custom_fields_of_google_have_labels_of_their_own_in_each_row() -> None:
    """The same columns mean something else in the next row."""
    columns = ["Phone", "Custom Field 1 - Label", "Custom Field 1 - Value"]
    mapper = Mapper(US)
    found = [
        mapper.read(Row(line, columns, [PHONE, label, "x"]))[1]
        for line, label in ((2, "Plan"), (3, "Company"), (4, ""))
    ]
    assert [(each.variables, each.texts) for each in found] == [
        ({"Plan": "x"}, {}),
        ({}, {"company_name": "x"}),
        ({"Custom Field 1 - Value": "x"}, {}),
    ]


def test_a_custom_field_that_is_mapped_is_not_looked_up() -> None:
    """The option decides."""
    options = Options("US", columns=dict([parse_column("Custom Field 1 - Value=company_name")]))
    cells = {"Custom Field 1 - Label": "Plan", "Custom Field 1 - Value": "gold"}
    assert content(options, **cells).texts == {"company_name": "gold"}
