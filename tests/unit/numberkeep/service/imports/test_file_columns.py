"""What is shown of the columns of a file before it is imported."""

from io import BytesIO
from typing import Any

import pytest

from numberkeep.domain.errors import InvalidInput
from numberkeep.service.imports.choosing import Chosen, chosen_of, options_of
from numberkeep.service.imports.file_columns import FileColumns, columns_of
from numberkeep.service.imports.options import Options


def shown(text: str, *, complete: bool = True, **chosen: Any) -> FileColumns:
    """Return the columns of a file."""
    return columns_of(BytesIO(text.encode()), options_of(Chosen(**chosen), "US"), complete=complete)


def test_columns_have_their_fields_and_first_different_values() -> None:
    """Empty cells are no values, and a column is known by its name in many languages."""
    found = shown("Vorname;Handy;Tarif\nAda;+14155550101;pro\nAda;+14155550102;\nGrace;+14155550103; free \n")
    assert [(each.name, each.field, each.samples) for each in found.columns] == [
        ("Vorname", "first_name", ["Ada", "Grace"]),
        ("Handy", "phone", ["+14155550101", "+14155550102", "+14155550103"]),
        ("Tarif", "variable", ["pro", "free"]),
    ]
    assert (found.has_phones, found.rows) == (True, 3)


def test_what_was_chosen_is_shown_beside_what_was_detected() -> None:
    """Another column of numbers has none any more."""
    found = shown("phone,Reach,Plan\n1,2,3\n", columns={"reach": "phone", "Plan": "custom_variables.tier"})
    assert [(each.field, each.detected, each.chosen) for each in found.columns] == [
        ("variable", "phone", False),
        ("phone", "variable", True),
        ("custom_variables.tier", "variable", True),
    ]


def test_what_is_not_used_is_ignored_if_only_known_columns_are_wanted() -> None:
    """As the plan does it."""
    assert [each.field for each in shown("phone,Plan\n1,2\n", unmapped="drop").columns] == ["phone", "ignore"]


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("phone\n12\n+14155550101\n", ["Not phone numbers in US: 1 of 2 values."]),
        ("phone,country\n020 7946 0105,GB\n", []),
        ("phone,Unsubscribed\n+14155550101,yes\n", ["Opts out: 1 of 1 values. An import opts nobody in."]),
        ("phone,verified\n+14155550101,true\n", ["Only the service sets it."]),
        (
            "phone,Firma,Company\n+14155550101,a,b\n",
            ['A value that differs from "Firma" becomes a custom variable.'],
        ),
        (
            f"phone,{'x' * 101}\n+14155550101,a\n",
            ["Its name is longer than 100 characters: choose a field, or leave it out."],
        ),
    ],
)
def test_notes_say_what_to_know(text: str, notes: list[str]) -> None:
    """Only where there is something to know."""
    assert [note for each in shown(text).columns for note in each.notes] == notes


def test_the_columns_that_objects_in_cells_name_are_shown_one_by_one() -> None:
    """As they are imported."""
    found = shown('{"phone": "+14155550101", "attributes": {"plan": "x", "first_name": "Ada"}}\n')
    assert [(each.name, each.field) for each in found.columns] == [
        ("phone", "phone"),
        ("attributes.plan", "custom_variables.plan"),
        ("attributes.first_name", "first_name"),
    ]


def test_the_last_row_of_a_beginning_is_left_out() -> None:
    """It may be cut off; of a whole file it is shown."""
    text = "phone\n+14155550101\n+1415"
    assert shown(text, complete=False).columns[0].samples == ["+14155550101"]
    assert shown(text).columns[0].samples == ["+14155550101", "+1415"]


def test_a_file_without_rows_has_no_columns() -> None:
    """And without contacts it is refused."""
    assert shown("") == FileColumns([], has_phones=False, rows=0)
    with pytest.raises(InvalidInput, match="ZIP archive"):
        shown("PK\x03\x04" + "\0" * 60)


@pytest.mark.parametrize(
    "chosen",
    [
        Chosen(region="US"),
        Chosen({"who": "name", "a  b": "variable", "note": "custom_variables.Note 2", "x": "ignore"}, region="GB"),
        Chosen(unmapped="drop", tags=("a", "b"), region="DE", numbers="each", existing="fill", encoding="utf-16"),
    ],
)
def test_options_are_shown_as_they_were_chosen(chosen: Chosen) -> None:
    """So that a form that shows them and is sent as it is changes nothing."""
    options: Options = options_of(chosen, "US")
    assert options_of(chosen_of(options), "FR") == options
