"""Formulas in cells of CSV."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numberkeep.formats.formulas import escaped, without_escape


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "+",
        "+1 415",
        "\uff1d1+1",
        "\uff20SUM(A1)",
        "\uff0b1",
        "\uff0d1",
    ],
)
def test_a_formula_is_escaped(cell: str) -> None:
    """With the mark of spreadsheets for texts."""
    assert escaped(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Ada", "+14155550101", "'tis", "a=b", "415"])
def test_other_cells_stay_readable(cell: str) -> None:
    """Phone numbers above all."""
    assert escaped(cell) == cell


@given(st.text(st.sampled_from("'=+-@\t\r\n\uff1d\uff0b1a")))
def test_an_escape_can_be_undone(cell: str) -> None:
    """Whatever the cell is."""
    assert without_escape(escaped(cell)) == cell
