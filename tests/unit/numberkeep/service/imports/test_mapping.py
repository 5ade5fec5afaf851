"""What a row says of its contacts."""

import time
from contextlib import suppress

import pytest

from numberkeep.formats.rows import Row
from numberkeep.service.imports.column_names import Use
from numberkeep.service.imports.content import Content, Fault
from numberkeep.service.imports.mapping import Mapper
from numberkeep.service.imports.numbers import Numbers
from numberkeep.service.imports.options import Column, Options, parse_column

US = Options("US")
PHONE = "+14155550101"


def read(cells: dict[str, str], options: Options = US) -> tuple[list[str], Content]:
    """Return the numbers and the content of a row."""
    phones, content, _ = Mapper(options).read(Row(2, list(cells), list(cells.values())))
    return phones, content


def content(options: Options = US, /, **cells: str) -> Content:
    """Return the content of a row with a number."""
    numbers, found = read({"phone": PHONE, **cells}, options)
    assert numbers == [PHONE]
    return found


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ({"First Name": "Ada", "Last Name": " Lovelace "}, {"first_name": "Ada", "last_name": "Lovelace"}),
        ({"Name": "Ada King Lovelace"}, {"first_name": "Ada", "last_name": "King Lovelace"}),
        ({"Name": "Lovelace, Ada"}, {"first_name": "Ada", "last_name": "Lovelace"}),
        ({"Full name": "Ada"}, {"first_name": "Ada"}),
        ({"Name": "Ada", "First Name": "Ada"}, {"first_name": "Ada"}),
        ({"Name": "Ada Lovelace", "First Name": "Ada"}, {"first_name": "Ada", "last_name": "Lovelace"}),
        ({"Name": "Countess", "First Name": "Ada", "Last Name": "L"}, {"first_name": "Ada", "last_name": "L"}),
        ({"Company": "", "Organization Name": "AE"}, {"company_name": "AE"}),
        ({"sendblue_number": "(415) 555-0199"}, {"sendblue_number": "+14155550199"}),
    ],
)
def test_names_and_other_texts(cells: dict[str, str], texts: dict[str, str]) -> None:
    """Empty cells say nothing; a full name is split if its parts are not there."""
    assert content(**cells).texts == texts


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("vip;beta", ["vip", "beta"]),
        ("vip, beta,vip", ["vip", "beta"]),
        ("* myContacts ::: * friends ::: a, b", ["friends", "a, b"]),
        ("* My Contacts", []),
        ('"vip","a, b"', ["vip", "a, b"]),
        ('["a;b", "c"]', ["a;b", "c"]),
        ("[not json", ["[not json"]),
        ("vip\nbeta", ["vip", "beta"]),
    ],
)
def test_tags(cell: str, tags: list[str]) -> None:
    """In the forms in which programs export lists, each once."""
    assert content(Tags=cell).tags == tags


def test_tags_of_the_options_are_added() -> None:
    """Composed, as all tags are stored."""
    assert content(Options("US", tags=("new", "cafe\u0301")), Labels="old").tags == ["old", "new", "café"]


@pytest.mark.parametrize(
    ("column", "cell", "opt_out"),
    [
        ("opt_out", "true", True),
        ("Opted Out", "Yes", True),
        ("Opted Out", "x", True),
        ("Opted Out", "2026-01-31", True),
        ("opt_out", "false", False),
        ("opt_out", "0", False),
        ("opt_out", "", None),
        ("unsubscribed", "TRUE", True),
        ("Unsubscribed", "nein", False),
        ("UNSUB_TIME", "2026-01-31 10:00:00", True),
        ("status", "blocklisted", True),
        ("Status", "Opted Out", True),
        ("Status", "unsubscribed", True),
        ("status", "subscribed", False),
        ("status", "customer", None),
        ("subscribed", "no", True),
        ("opt_in", "false", True),
        ("opt_in", "yes", False),
        ("Consent", "2026-01-31", False),
    ],
)
def test_consent(column: str, cell: str, opt_out: bool | None) -> None:  # noqa: FBT001
    """A denial of consent opts out, and so does anything in a column of opt-outs that is not a denial."""
    assert content(**{column: cell}).opt_out is opt_out


def test_one_column_that_opts_out_is_enough() -> None:
    """Whatever the others say, before or after it."""
    assert content(opt_in="yes", unsubscribed="yes", status="subscribed").opt_out is True


@pytest.mark.parametrize(
    ("options", "cells", "variables"),
    [
        (US, {"Plan": "gold", "Notes": ""}, {"Plan": "gold"}),
        (US, {"Status": "customer", "Country": "US"}, {"Status": "customer", "Country": "US"}),
        (US, {"custom_variables.phone": "x"}, {"phone": "x"}),
        (US, {"custom_variables": '{"plan": "gold", "seats": 3, "no": null}'}, {"plan": "gold", "seats": "3"}),
        (US, {"custom_attributes": '{"plan": "gold", "first name": "Ada"}'}, {"plan": "gold"}),
        (US, {"attributes.plan": "gold"}, {"plan": "gold"}),
        (US, {"attributes": "{broken"}, {"attributes": "{broken"}),
        (US, {"created_at": "x", "verified": "true", "contact_id": "1"}, {}),
        (Options("US", keep_unmatched=False), {"Plan": "gold", "custom_variables.Plan": "silver"}, {"Plan": "silver"}),
        (Options("US", columns={"plan": Column(Use.IGNORED)}), {"Plan": "gold"}, {}),
        (Options("US", columns=dict([parse_column("PLAN=custom_variables.tier")])), {"Plan": "gold"}, {"tier": "gold"}),
        (Options("US", columns=dict([parse_column("Tags=variable")])), {"Tags": "a;b"}, {"Tags": "a;b"}),
    ],
)
def test_custom_variables(options: Options, cells: dict[str, str], variables: dict[str, str]) -> None:
    """Other columns, fields of objects in JSON, and what the options say."""
    assert content(options, **cells).variables == variables


def test_columns_of_one_name_are_all_kept() -> None:
    """The second gets a number."""
    row = Row(2, ["Phone", "Note", "Note"], [PHONE, "a", "b"])
    assert Mapper(US).read(row)[1].variables == {"Note": "a", "Note 2": "b"}


SEVERAL = {
    "Home Phone": "+44 20 7946 0101",
    "Phone 1 - Label": "Mobile",
    "Phone 1 - Value": "+44 7700 900102 ::: +44 7700 900103",
    "Phone 2 - Label": "Home Fax",
    "Phone 2 - Value": "+44 20 7946 0109",
}


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (Numbers.MOBILE, ["+447700900102"]),
        (Numbers.BEST, ["+447700900102"]),
        (Numbers.FIRST, ["+442079460101"]),
        (Numbers.EACH, ["+442079460101", "+447700900102", "+447700900103"]),
    ],
)
def test_several_numbers_of_a_row(numbers: Numbers, expected: list[str]) -> None:
    """The one that is called mobile, by its column or its label; never a fax."""
    assert read(SEVERAL, Options("US", numbers=numbers))[0] == expected


def test_an_opt_out_is_of_every_number_of_a_row() -> None:
    """Also of those that become no contact; a row that does not opt out says nothing of them."""
    columns, row = ["Mobile", "Home Phone", "Opt out"], ["4155550101", "4155550102"]
    assert Mapper(US).read(Row(2, columns, [*row, "yes"]))[2] == ["+14155550102"]
    assert Mapper(US).read(Row(2, columns, [*row, "no"]))[2] == []


def test_a_rejected_row_still_opts_out() -> None:
    """If it has a valid number; the reason of the rejection is another one."""
    for consent, phones in (("yes", ["+14155550101", "+14155550102"]), ("no", [])):
        cells = {"Mobile": "4155550101", "Home Phone": "4155550102", "First name": "x" * 201, "Opt out": consent}
        with pytest.raises(Fault) as rejected:
            Mapper(US).read(Row(2, list(cells), list(cells.values())))
        assert list(rejected.value.opt_outs) == phones


def test_the_best_number_is_mobile_by_the_numbering_plan() -> None:
    """If none is called so, or the one that is called so is not."""
    cells = {"Phone": "+442079460101", "Mobile": "+442079460102", "Phone 2": "+447400123456"}
    assert read(cells, Options("US", numbers=Numbers.BEST))[0] == ["+447400123456"]


@pytest.mark.parametrize(
    ("cells", "number"),
    [
        ({"Phone": "020 7946 0101"}, "+442079460101"),
        ({"Phone": "(415) 555-0101", "Country": "us"}, PHONE),
        ({"Phone": "020 7946 0101", "Country": "XX"}, "+442079460101"),
        ({"Phone": "415 555 0101", "Phone Calling Code": "+1"}, PHONE),
        ({"Phone": "+1 415 555 0101", "Phone Calling Code": "+44"}, PHONE),
        ({"Phone": "+1 415 555 0101 ext. 12"}, PHONE),
        ({"Phone": "+1 415 555 0101x12"}, PHONE),
        ({"Phone": "+14155550101,,12#"}, PHONE),
        ({"Phone": "+14155550101p12w3"}, PHONE),
        ({"Phone": "tel:+1-415-555-0101;ext=12"}, PHONE),
        ({"Phone": "+1 415 555 0101 / +1 415 555 0102"}, PHONE),
        ({"Phone": "+1 415 555 0101 or +1 415 555 0102"}, PHONE),
        ({"Phone": "x", "Phone 2": PHONE}, PHONE),
        ({"attributes": f'{{"phone": "{PHONE}"}}'}, PHONE),
        ({"Attributes.Phone": PHONE}, PHONE),
    ],
)
def test_numbers_are_read_in_many_spellings(cells: dict[str, str], number: str) -> None:
    """In the region of the options or of the row; extensions and pauses are left out."""
    assert read(cells, Options("GB"))[0] == [number]


def test_a_column_that_is_mapped_to_the_number_is_the_only_one() -> None:
    """Others become custom variables."""
    options = Options("US", columns=dict([parse_column("Contact=phone")]))
    numbers, found = read({"Phone": "+442079460101", "contact ": PHONE}, options)
    assert (numbers, found.variables) == ([PHONE], {"Phone": "+442079460101"})


def test_a_column_with_a_line_break_in_its_name_can_be_mapped() -> None:
    """With a space; spreadsheets wrap long headers."""
    options = Options("US", columns=dict([parse_column("How to reach=phone")]))
    assert read({"How to\n reach": PHONE}, options)[0] == [PHONE]


def test_a_column_named_after_a_place_has_numbers_if_it_looks_so() -> None:
    """As address books of Yahoo have them, and only if the row has no other number."""
    assert read({"First": "Ada", "Home": "", "Work": "(415) 555-0101"})[0] == [PHONE]
    numbers, found = read({"Home": "1 Main Street", "Mobile": PHONE, "Work": "4155550109"})
    assert (numbers, found.variables) == ([PHONE], {"Home": "1 Main Street", "Work": "4155550109"})
    with pytest.raises(Fault, match="is missing"):
        read({"Home": "1 Main Street"})
    with pytest.raises(Fault, match="is missing"):
        read({"Reach": "", "Home": PHONE, "Name": PHONE}, Options("US", columns=dict([parse_column("Reach=phone")])))


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        ({"Phone": "12", "Mobile": "x"}, "Phone", "is not a phone number in US"),
        ({"Phone": ""}, "phone", "is missing"),
        ({"Phone 1 - Label": "Fax", "Phone 1 - Value": PHONE}, "phone", "is a fax or a pager only"),
        ({"Phone": PHONE, "First Name": "x" * 201}, "first_name", "longer than 200"),
        ({"Phone": PHONE, "sendblue_number": "x"}, "sendblue_number", "is not a phone number"),
        ({"Phone": PHONE, "Tags": "x" * 101}, "tags", "more than 100 characters"),
        ({"Phone": PHONE, "Tags": ";".join(map(str, range(101)))}, "tags", "are 101"),
        ({"Phone": PHONE, "Note": "x" * 4001}, "Note", "longer than 4000"),
        ({"Phone": PHONE, "x" * 101: "y"}, "x" * 101, "column name"),
        ({"Phone": PHONE, **{f"v{n}": "x" for n in range(101)}}, "custom_variables", "are 101"),
    ],
)
def test_a_row_is_rejected_with_the_reason(cells: dict[str, str], field: str, reason: str) -> None:
    """It names the field."""
    with pytest.raises(Fault, match=reason) as caught:
        read(cells)
    assert caught.value.field == field


def test_a_row_at_fault_is_rejected_with_its_fault() -> None:
    """Whatever its cells are."""
    with pytest.raises(Fault, match="has 3 cells"):
        Mapper(US).read(Row(2, ["Phone"], [PHONE], "has 3 cells"))


@pytest.mark.parametrize("text", ["Phone", "=phone", "Phone=fax", "Phone=custom_variables.", "Phone="])
def test_a_mapping_in_another_form_is_refused(text: str) -> None:
    """The message names what there is."""
    with pytest.raises(ValueError, match=r"COLUMN=FIELD|there is no field|1 to 100"):
        parse_column(text)


@pytest.mark.parametrize("name", ["Note", "Phone", "Name", "Tags", "Opt out", "Country", "Column 2"])
def test_many_columns_of_one_name_take_no_quadratic_time(name: str) -> None:
    """A header of a megabyte may have half a million."""
    begin = time.process_time()
    columns = ["Phone", *[name] * 100_000]
    with suppress(Fault):
        Mapper(US).read(Row(2, columns, [PHONE, *["x"] * 100_000]))
    assert time.process_time() - begin < 20


def test_cells_of_a_megabyte_take_no_quadratic_time() -> None:
    """Whatever they consist of, and in whichever column."""
    columns = ["Phone", "Name", "Tags", "Status", "Opt out", "Country", "Calling code", "Phone 1 - Label"]
    begin = time.process_time()
    for part in (
        "1",
        "+",
        "1 ",
        "a ",
        "x1",
        "1,",
        "; ",
        "(",
        "1/",
        " e ",
        "opt out ",
        "'",
        "<br",
        "\u0664",
        "ext",
        "1p",
    ):
        for place in range(len(columns)):
            cells = [PHONE, *["x"] * (len(columns) - 1)]
            cells[place] = part * (300_000 // len(part))
            with suppress(Fault):
                Mapper(US).read(Row(2, columns, cells))
    assert time.process_time() - begin < 60
