"""CSV and TSV as programs and people write them."""

import tracemalloc
from io import BytesIO

import pytest

from numberkeep.formats.lines import read_lines
from numberkeep.formats.reading import read_rows
from numberkeep.formats.rows import Row

NAMES = {"phone", "first name", "name", "note", "tags", "telefon"}


def known(name: str) -> bool:
    """Return whether a column is known."""
    return name.strip().casefold() in NAMES


def rows(data: bytes, encoding: str | None = None) -> list[Row]:
    """Return the rows of a file."""
    return list(read_rows(BytesIO(data), known, encoding))


def cells(data: bytes, encoding: str | None = None) -> list[list[str]]:
    """Return the cells of the rows of a file without faults."""
    found = rows(data, encoding)
    assert [row.fault for row in found] == [""] * len(found)
    return [list(row.cells) for row in found]


TEXT = "Phone,First Name\n+14155550101,Zoë\n+14155550102,Łukasz\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_an_encoding_is_found(encoding: str) -> None:
    """With a byte order mark and without one."""
    assert cells(TEXT.encode(encoding)) == [["+14155550101", "Zoë"], ["+14155550102", "Łukasz"]]


def test_windows_1252_is_the_last_resort() -> None:
    """Also for single lines of a file that is UTF-8 otherwise; an undefined byte is no error."""
    data = b"Phone,Name\n1,Zo\xeb \x96 \x81\n" + "2,Łukasz\n".encode()
    assert cells(data) == [["1", "Zoë \u2013 \ufffd"], ["2", "Łukasz"]]


def test_an_encoding_can_be_chosen() -> None:
    """As `--encoding` does."""
    assert cells("Phone,Name\n1,やまだ\n".encode("shift_jis"), "shift_jis") == [["1", "やまだ"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    """By the names and the constant count of columns, although cells contain the others."""
    text = "Phone|Name|Note\n1|a, b; c|x, y\n2|d,e|\n".replace("|", delimiter)
    if delimiter in ",;":
        text = text.replace("a, b; c", '"a, b; c"').replace("x, y", '"x, y"').replace("d,e", '"d,e"')
    assert cells(text.encode()) == [["1", "a, b; c", "x, y"], ["2", "d,e", ""]]


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;\r"])
def test_a_line_of_excel_names_the_delimiter(line: str) -> None:
    """It is no row, and lines keep their numbers."""
    [row] = rows(f"{line}\nPhone;Name, Tags\n1;x\n".encode())
    assert (row.line, row.columns, row.cells) == (3, ["Phone", "Name, Tags"], ["1", "x"])


@pytest.mark.parametrize(
    "text", ["Name\nLovelace, Ada\nHopper\nTuring, A. M.\n", "E-mail\nanna@a.example\nbo@b.example\n"]
)
def test_a_file_of_one_column_has_no_delimiter(text: str) -> None:
    """Neither a letter nor a comma that only some rows have."""
    assert [row for [row] in cells(text.encode())] == text.splitlines()[1:]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_quoted_cell_may_contain_line_breaks(end: bytes) -> None:
    """And quotation marks; the row has the number of its first line. Every kind of line break ends a row."""
    data = end.join([b"Phone,Note", b'1,"a', b'b ""c"""', b'2,5" pipe', b""])
    assert [(row.line, list(row.cells)) for row in rows(data)] == [
        (2, ["1", f'a{end.decode()}b "c"']),
        (4, ["2", '5" pipe']),
    ]


def test_a_short_row_is_filled_and_blank_rows_are_no_rows() -> None:
    """Spreadsheets leave out empty cells at the end, and export empty rows."""
    assert cells(b"Phone,Name,Note\n1\n\n,,\n2,x\n") == [["1", "", ""], ["2", "x", ""]]


def test_a_long_row_is_at_fault() -> None:
    """Its cells may be in the wrong columns; it keeps all of them. Empty ones at the end are no fault."""
    fine, long = rows(b"Phone,Name\n1,x,,\n2,Hopper, Grace,\n")
    assert (fine.cells, fine.fault) == (["1", "x"], "")
    assert (long.columns, long.cells) == (["Phone", "Name", "Column 3", "Column 4"], ["2", "Hopper", " Grace", ""])
    assert long.fault == "has 4 cells, but the header has 2: put cells that contain a delimiter in quotes"


LONG = b'Phone,Name\n1,"x\n' + b"".join(b"%d,%s\n" % (number, b"y" * 20_000) for number in range(2, 100))


@pytest.mark.parametrize(
    "data",
    [b'Phone,Name\n1,"x\n2,y\n3,z\n', b'Phone,Name\n1,"x\n2,y\n3,"z, z"\n', LONG],
)
def test_a_mark_that_is_not_closed_costs_its_own_row_alone(data: bytes) -> None:
    """Whether it would take in the rest of the file, up to the next mark, or more than fits in a cell."""
    first, *others = rows(data)
    assert (first.line, first.cells, "quotation mark" in first.fault) == (2, ["1", '"x'], True)
    assert [(row.line, row.cells[0], row.fault) for row in others] == [
        (line, str(line - 1), "") for line in range(3, 3 + len(others))
    ]
    assert others


@pytest.mark.parametrize(
    ("first", "columns"),
    [
        ("+1 (415) 555-0101,Ada", ["Phone", "Column 2"]),
        ("Ada;0049 30 123456;1990-01-01;030/123456", ["Column 1", "Phone", "Column 3", "Phone 2"]),
        ("4155550101", ["Phone"]),
    ],
)
def test_a_file_without_a_header_is_recognised(first: str, columns: list[str]) -> None:
    """By numbers in the first row, in a column of numbers. A date is not one."""
    found = rows(f"{first}\n{first}\n".encode())
    assert [(row.line, row.columns) for row in found] == [(1, columns), (2, columns)]


def test_unknown_names_are_a_header() -> None:
    """Even if a later column of it is a number."""
    assert cells(b"Contact,Id 4155550101\nAda,4155550101\n") == [["Ada", "4155550101"]]


def test_rejects_are_read_without_what_was_added_to_them() -> None:
    """So that a corrected file of rejects is a file of contacts, also with rows that were too long."""
    assert rows(b"Phone,Name,line,field,value,reason\n1,x,7,Phone,12,is not\n") == [
        Row(2, ["Phone", "Name"], ["1", "x"])
    ]


def test_an_escaped_formula_is_read_as_it_was() -> None:
    """As our own exports and other programs write it; other apostrophes stay."""
    assert cells(b"Phone,Name\n'+14155550101,'=1+1\n1,''-x\n2,'tis\n") == [
        ["+14155550101", "=1+1"],
        ["1", "'-x"],
        ["2", "'tis"],
    ]
    assert rows(b"Phone,'=1+1,'tis\n1,2,3\n") == [Row(2, ["Phone", "=1+1", "'tis"], ["1", "2", "3"])]


def test_a_line_without_end_is_cut_and_memory_is_bounded() -> None:
    """20 MB on one line is one row at fault."""
    file = BytesIO(b"Phone,Name\n1," + b"x" * 20_000_000 + b"\n2,y\n")
    tracemalloc.start()
    try:
        found = [(row.line, row.fault[:18]) for row in read_rows(file, known)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == [(2, "is longer than 1 M"), (3, "")]
    assert peak < 16_000_000


def test_lines_are_read_again_from_the_start() -> None:
    """Reading leaves the file open."""
    file = BytesIO(b"a\nb")
    assert [[line.number for line in read_lines(file)] for _ in range(2)] == [[1, 2], [1, 2]]


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Contacts of 2026\n\n", 4),
        ("Report;;\n01.02.2026;;\n", 4),
        ("Contacts, friends and customers\n", 3),
        ("People;whom;we;know\n", 3),
        ("Name\n", 3),
    ],
)
def test_titles_above_the_header_are_left_out(title: str, line: int) -> None:
    """Reports have them; rows keep the numbers of their lines, and totals below are rows."""
    text = f"{title}Phone;Name;Note\n1;Ada;x\nTotal;;\n"
    assert [(row.line, list(row.columns), list(row.cells)) for row in rows(text.encode())] == [
        (line, ["Phone", "Name", "Note"], ["1", "Ada", "x"]),
        (line + 1, ["Phone", "Name", "Note"], ["Total", "", ""]),
    ]


def test_a_row_below_a_header_is_no_header() -> None:
    """Even if its cells are names of columns: labels of numbers often are."""
    text = "Wer,Was,Wo,Phone\nAda,phone,note,4155550101\n"
    assert cells(text.encode()) == [["Ada", "phone", "note", "4155550101"]]


@pytest.mark.parametrize("number", ["4155550101", "'4155550101", '"=""4155550101"""', "+1 (415) 555-0101"])
def test_a_row_with_a_number_is_no_header(number: str) -> None:
    """Even if one of its cells is the name of a column."""
    found = rows(f"Ada,phone,{number}\nBo,phone,{number}\n".encode())
    assert [(row.line, list(row.columns)) for row in found] == [
        (1, ["Column 1", "Column 2", "Phone"]),
        (2, ["Column 1", "Column 2", "Phone"]),
    ]


def test_a_first_row_without_its_number_is_no_header() -> None:
    """It would be lost; an empty cell beside a known name is one of a header."""
    assert [list(row.cells) for row in rows(b"Ada,\nBo,4155550102\nCy,4155550103\n")] == [
        ["Ada", ""],
        ["Bo", "4155550102"],
        ["Cy", "4155550103"],
    ]
    assert cells(b"Name,\nBo,4155550102\nCy,4155550103\n") == [["Bo", "4155550102"], ["Cy", "4155550103"]]
    assert cells(b"Who,Reach\nBo,4155550102\n") == [["Bo", "4155550102"]]


def test_an_address_of_the_internet_is_no_number() -> None:
    """Nor does it make a header a row."""
    assert cells(b"10.20.130.140,x\n10.20.130.141,y\n") == [["10.20.130.141", "y"]]


def test_lines_in_quotation_marks_as_a_whole_are_read() -> None:
    """Some programs write a file of CSV as one column of text."""
    data = b'"Phone,Name"\n"1,Ada L"\n"2,""Lovelace, Ada"""\n'
    assert cells(data) == [["1", "Ada L"], ["2", "Lovelace, Ada"]]
    assert cells(b'"Phone","Name"\n"1","Ada, L"\n') == [["1", "Ada, L"]]
    assert cells(b'Note\n"a, b"\n') == [["a, b"]]


def test_a_backslash_before_a_quotation_mark_is_an_escape() -> None:
    """Databases and scripts write it; a backslash alone is a character."""
    data = b'Phone,Name,Note\n1,"Ada \\"A, B\\" L","x \\\\ y"\n2,Bo,z\n'
    assert cells(data) == [["1", 'Ada "A, B" L', "x \\ y"], ["2", "Bo", "z"]]
    assert cells(b'Phone,Note\n1,"a ""b"" c:\\d"\n2,c:\\\n') == [["1", 'a "b" c:\\d'], ["2", "c:\\"]]


def test_damaged_utf_8_is_utf_8() -> None:
    """One character that was cut in the middle does not make the others of its line Windows-1252."""
    assert cells("Phone,Name\n1,Łukasz Żółć ".encode() + "Ł".encode()[:1] + b"\n") == [["1", "Łukasz Żółć \ufffd"]]


def test_every_kind_of_line_break_may_end_a_row() -> None:
    """In one file."""
    assert cells(b"Phone,Name\r\n1,a\n2,b\r3,c\r\n") == [["1", "a"], ["2", "b"], ["3", "c"]]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\n\n", b"Phone,Name\n", b"sep=;\n", b"\0\0"])
def test_a_file_without_rows_has_none(data: bytes) -> None:
    """An empty one, a byte order mark alone, a header alone."""
    assert rows(data) == []


def test_records_of_one_line_and_of_several_may_alternate() -> None:
    """Whether the marks of a line are in pairs or not."""
    lines = ["Phone,Note,Tags", '1,"a ""b"""', '2,5" c', '3,5" d,"e', 'f"', '4,x,"g', '""h""', 'i"', "5,j", '"6",""']
    found = rows("\n".join(lines).encode())
    assert [(row.line, list(row.cells), row.fault) for row in found] == [
        (2, ["1", 'a "b"', ""], ""),
        (3, ["2", '5" c', ""], ""),
        (4, ["3", '5" d', "e\nf"], ""),
        (6, ["4", "x", 'g\n"h"\ni'], ""),
        (9, ["5", "j", ""], ""),
        (10, ["6", "", ""], ""),
    ]
