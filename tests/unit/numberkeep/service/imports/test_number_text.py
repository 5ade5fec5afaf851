"""Numbers as spreadsheets, phones and people write them into cells."""

import pytest

from numberkeep.formats.rows import Row
from numberkeep.service.imports.content import Fault
from numberkeep.service.imports.mapping import Mapper
from numberkeep.service.imports.numbers import Numbers
from numberkeep.service.imports.options import Options


def numbers(cell: str, region: str = "US") -> list[str]:
    """Return all numbers of a cell."""
    return Mapper(Options(region, Numbers.EACH)).read(Row(2, ["Phone"], [cell]))[0]


@pytest.mark.parametrize(
    "cell",
    [
        "1.4155550101E+10",
        "1,4155550101E+10",
        "1.41555501010e10",
        "14155550101.0",
        "+14155550101,00",
        "'+14155550101",
        "\u20184155550101",
        '="4155550101"',
        "14,155,550,101",
        "0014155550101",
        "00 1 (415) 555-0101",
        "+1 415 555 0101 x12",
        "+1 415 555 0101 ext. 12",
        "(415) 555-0101 #12",
        "415-555-0101 (cell)",
        "415-555-0101 - Home",
        "Mobile: 415-555-0101",
        "c 415-555-0101",
        "\u202a+1\u00a0415\u00a0555\u00a00101\u202c",
        "\uff0b\uff11\uff14\uff11\uff15\uff15\uff15\uff15\uff10\uff11\uff10\uff11",
        "\u0664\u0661\u0665\u0665\u0665\u0665\u0660\u0661\u0660\u0661",
        "tel:+1-415-555-0101;ext=12",
        "https://wa.me/14155550101",
        "https://api.whatsapp.com/send?phone=14155550101&text=x",
        "Fax: 415-555-0102; 415-555-0101",
    ],
)
def test_a_number_is_read_with_what_is_around_it(cell: str) -> None:
    """All of these are one number."""
    assert numbers(cell) == ["+14155550101"]


@pytest.mark.parametrize("cell", ["0044 20 7946 0101", "+44 (0)20 7946 0101", "011 44 20 7946 0101"])
def test_a_number_abroad_is_read(cell: str) -> None:
    """With the prefix of other regions too; the trunk prefix behind the country code is dropped."""
    assert numbers(cell) == ["+442079460101"]


@pytest.mark.parametrize(
    "between", [" / ", "/", ";", ",", " ::: ", " or ", " oder ", " und ", " & ", "\n", "   ", "<br>", "|"]
)
def test_several_numbers_of_a_cell_are_read(between: str) -> None:
    """Whatever is between them."""
    assert numbers(f"415-555-0101{between}(415) 555-0102") == ["+14155550101", "+14155550102"]


def test_a_number_in_a_cell_may_say_that_it_is_mobile() -> None:
    """Then it is the one that counts, as if its column said so."""
    cell = "home: 415-555-0101, mobile: 415-555-0102, fax: 415-555-0103"
    assert Mapper(Options("US")).read(Row(2, ["Phone"], [cell]))[0] == ["+14155550102"]
    assert numbers(cell) == ["+14155550101", "+14155550102"]


@pytest.mark.parametrize("cell", ["030/1234567", "030/12 34 567"])
def test_a_slash_within_a_number_does_not_divide_it(cell: str) -> None:
    """As Germans write area codes."""
    assert numbers(cell, "DE") == ["+49301234567"]


@pytest.mark.parametrize(
    ("cell", "region", "phone"),
    [
        ("49 151 23456789", "DE", "+4915123456789"),
        ("4930123456", "DE", "+4930123456"),
        ("0491 5123456", "DE", "+494915123456"),
        ("447400123456", "GB", "+447400123456"),
        ("33612345678", "FR", "+33612345678"),
    ],
)
def test_a_country_code_may_lack_its_plus(cell: str, region: str, phone: str) -> None:
    """In its own region, where a national number begins with 0."""
    assert numbers(cell, region) == [phone]


@pytest.mark.parametrize("cell", ["1.41556E+10", "1,41555E+11", "1E+10", "'1.4E10"])
def test_lost_digits_are_reported_with_the_fix(cell: str) -> None:
    """A spreadsheet that wrote scientific notation has dropped them for good."""
    with pytest.raises(Fault, match="lost digits: format the column as text"):
        numbers(cell)


@pytest.mark.parametrize(
    "cell", ["1-800-FLOWERS", "Fax: 415-555-0101", "F 415-555-0101", "ask Bo", "12", "10.20.30.40", "1.5E+3", "0", "00"]
)
def test_what_is_no_number_is_refused(cell: str) -> None:
    """Rather than to take a number that is another one."""
    with pytest.raises(Fault, match=r"is not a phone number|lost digits"):
        numbers(cell)


@pytest.mark.parametrize(
    ("columns", "cells", "phone"),
    [
        (["Country Code", "Phone"], ["+44", "7400 123456"], "+447400123456"),
        (["Country Code", "Phone"], ["44", "447400123456"], "+447400123456"),
        (["Country Code", "Phone"], ["44", "447700900103"], "+447700900103"),
        (["Calling code", "Phone"], ["44", "07400 123456"], "+447400123456"),
        (["Country", "Phone"], ["gb", "07400 123456"], "+447400123456"),
        (["Country", "Phone"], ["GB", "(415) 555-0101"], "+14155550101"),
        (["Country", "Phone"], ["United Kingdom", "07400 123456"], "+447400123456"),
        (["Land", "Phone"], ["Vereinigtes Königreich", "07400 123456"], "+447400123456"),
        (["Pays", "Phone"], ["ROYAUME-UNI", "07400 123456"], "+447400123456"),
        (["Country", "Phone"], ["UK", "07400 123456"], "+447400123456"),
        (["Country", "Phone"], ["ZAF", "082 118 9037"], "+27821189037"),
        (["Country", "Phone"], ["USA", "(415) 555-0101"], "+14155550101"),
        (["Country", "Phone"], ["Atlantis", "(415) 555-0101"], "+14155550101"),
    ],
)
def test_a_country_beside_a_number_counts(columns: list[str], cells: list[str], phone: str) -> None:
    """As a region or as a calling code, which the number may have already; else the region of the options does."""
    assert Mapper(Options("US")).read(Row(2, columns, cells))[0] == [phone]
