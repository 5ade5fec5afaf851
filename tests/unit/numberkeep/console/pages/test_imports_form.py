"""The form of an import's columns and options."""

import pytest
from msgspec.structs import asdict

from numberkeep.console.pages.imports_form import (
    changed_label,
    choices_for,
    label_field,
    label_of,
    options_entered,
    options_in,
    shown_options,
)
from numberkeep.domain.errors import InvalidInput
from numberkeep.wire.imports import ColumnOut, ImportOptionsBody

PLAN = ColumnOut("Plan", "custom_variables.tier", "variable", chosen=True, samples=[], notes=[])


OTHER = ColumnOut("Plan", "future", "custom_variables.plan b", chosen=True, samples=[], notes=[])


def test_an_empty_form_chooses_the_defaults_of_the_command_line() -> None:
    """Also if every column has its field for the detected use."""
    defaults = asdict(ImportOptionsBody(columns={}, tags=[]))
    assert asdict(options_in({})) == defaults
    assert asdict(options_in({"column-0": "Plan", "field-0": ""})) == defaults


def test_only_columns_with_a_choice_are_mapped() -> None:
    """A place without the name of a column is not one."""
    form = {"column-0": "Who", "field-0": "name", "column-1": "Note", "field-1": "", "field-7": "phone"}
    assert options_in(form).columns == {"Who": "name"}


@pytest.mark.parametrize(
    ("use", "detected", "field"),
    [
        ("variable", "phone", "custom_variables.a = b"),
        ("", "variable", "custom_variables.a = b"),
        ("", "custom_variables.plan b", "custom_variables.a = b"),
        ("", "phone", None),
        ("phone", "variable", "phone"),
    ],
)
def test_a_variable_has_the_label_that_was_entered(use: str, detected: str, field: str | None) -> None:
    """The field is not shown, and does not count, if the column is used for something else."""
    form = {"column-0": "Plan", "field-0": use, "detected-0": detected, "label-0": " a = b "}
    assert options_in(form).columns == ({"Plan": field} if field else {})
    assert options_in(form | {"label-0": ""}).columns == ({"Plan": use} if use else {})


def test_the_label_of_a_variable_is_shown_again() -> None:
    """What it has without one stands in the field as its placeholder."""
    assert label_field(PLAN) == ("tier", "Plan")
    assert label_field(PLAN, "x") == ("x", "Plan")
    assert label_field(OTHER) == ("", "plan b")


def test_tags_are_separated_by_commas() -> None:
    """And other options are those of the API."""
    found = options_in({"tags": " spring, , new ", "unmapped": "drop", "existing": "fill", "replace_tags": "yes"})
    assert (found.tags, found.unmapped, found.existing, found.replace_tags) == (["spring", "new"], "drop", "fill", True)


def test_what_no_option_has_is_refused() -> None:
    """As the API refuses it."""
    with pytest.raises(InvalidInput):
        options_in({"existing": "replace"})


def test_the_choices_of_a_column_begin_with_what_was_detected() -> None:
    """The present one is chosen, and offered even if no list has it; a variable has its label in a field of its own."""
    choices = choices_for(PLAN)
    assert choices[0] == ("", "Variable (detected)", False)
    assert [value for value, _, chosen in choices if chosen] == ["variable"]
    assert choices_for(OTHER)[-1] == ("future", "future", True)
    assert [value for value, _, chosen in choices_for(PLAN, "phone") if chosen] == ["phone"]
    assert [value for value, _, chosen in choices_for(PLAN, "") if chosen] == [""]


def test_what_was_entered_is_shown_again_as_it_is() -> None:
    """Even if it was refused."""
    options = options_entered({"region": "QQ", "tags": "a, b", "existing": "skip"})
    assert (options.region, options.tags, options.existing) == ("QQ", ["a, b"], "skip")
    assert shown_options(options)[0] == ("Numbers without a country code are from", "QQ")


@pytest.mark.parametrize(
    ("field", "label"),
    [("company_name", "Company"), ("owner", "Owner"), ("custom_variables.plan", "plan"), ("future", "future")],
)
def test_fields_are_called_by_names_that_people_use(field: str, label: str) -> None:
    """A field of a newer version by its own."""
    assert changed_label(field) == label
    assert label_of("custom_variables.plan") == "Variable “plan”"
