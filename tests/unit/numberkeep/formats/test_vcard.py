"""Cards as phones and programs write them."""

from io import BytesIO

import pytest

from numberkeep.formats.reading import read_rows
from numberkeep.formats.rows import Row


def rows(data: bytes) -> list[Row]:
    """Return the rows of a file."""
    return list(read_rows(BytesIO(data), lambda _: False))


def card(*lines: str | bytes) -> dict[str, str]:
    """Return the columns and cells of a file with one card that has these lines."""
    data = b"\r\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    [row] = rows(b"BEGIN:VCARD\r\n" + data + b"\r\nEND:VCARD\r\n")
    assert row.fault == ""
    return dict(zip(row.columns, row.cells, strict=True))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["N:Lovelace;Ada;King;Lady;"],
            {"Last Name": "Lovelace", "First Name": "Ada", "Middle Name": "King", "Name Prefix": "Lady"},
        ),
        (["FN:Ada\\, Countess\\; \\nof \\\\"], {"Name": "Ada, Countess; \nof \\"}),
        (["ORG:Analytical\\; Engines;Cards"], {"Company": "Analytical; Engines", "Department": "Cards"}),
        (["CATEGORIES:vip,a\\,b"], {"Tags": "vip;a,b"}),
        (["BDAY:1604-12-10"], {"Birthday": "--12-10"}),
        (["BDAY;X-APPLE-OMIT-YEAR=1604:16041210"], {"Birthday": "--12-10"}),
        (["BDAY:1815-12-10"], {"Birthday": "1815-12-10"}),
        (["ADR;HOME:;;1 Row;York;;YO1;UK"], {"Address": "1 Row, York, YO1, UK"}),
        (["EMAIL:a@example.com", "item1.EMAIL:b@example.com"], {"Email": "a@example.com", "Email 2": "b@example.com"}),
        (["tel;type=cell:1"], {"Phone 1 - Label": "Cell", "Phone 1 - Value": "1"}),
        (["TEL;TYPE=WORK,FAX:1"], {"Phone 1 - Label": "Work Fax", "Phone 1 - Value": "1"}),
        (
            ['TEL;TYPE="home,voice";VALUE=uri:tel:+1-2;ext=3'],
            {"Phone 1 - Label": "Home", "Phone 1 - Value": "tel:+1-2;ext=3"},
        ),
        (
            ["TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=46ax Z=C3=BCrich):1"],
            {"Phone 1 - Label": "Fax Zürich", "Phone 1 - Value": "1"},
        ),
        (["TEL;CELL;PREF:1"], {"Phone 1 - Label": "Cell", "Phone 1 - Value": "1"}),
        (["item7.X-ABLabel:_$!<Mobile>!$_", "item7.TEL:1"], {"Phone 1 - Label": "Mobile", "Phone 1 - Value": "1"}),
    ],
)
def test_a_property_becomes_a_column(lines: list[str], expected: dict[str, str]) -> None:
    """In the names that contact files in CSV have."""
    assert card(*lines) == expected


@pytest.mark.parametrize(
    "lines",
    [
        ["FN:Zo", " ë"],
        ["FN;X-A=1", " :Zoë"],
        ["FN;ENCODING=QUOTED-PRINTABLE:Zo=C3=", "=AB"],
        ["FN;QUOTED-PRINTABLE;CHARSET=UTF-8:Zo=C3=", "", "=AB"],
        ["FN;CHARSET=windows-1252;ENCODING=QUOTED-PRINTABLE:Zo=EB"],
        [b"FN;CHARSET=ISO-8859-1:Zo\xeb"],
        [b"FN:Zo\xeb"],
        ["FN;CHARSET=no-such-charset:Zoë"],
        ["FN;ENCODING=B:Wm/Dqw=="],
    ],
)
def test_a_value_is_unfolded_and_decoded(lines: list[str | bytes]) -> None:
    """Folded, quoted-printable, in base64 and in charsets of its own."""
    assert card(*lines) == {"Name": "Zoë"}


def test_shift_jis_is_decoded() -> None:
    """Its second bytes look like backslashes and separators."""
    assert card(b"FN;CHARSET=SHIFT_JIS:" + "表示ソ".encode("shift_jis")) == {"Name": "表示ソ"}


@pytest.mark.parametrize("indent", [" ", "    ", ""])
def test_a_picture_is_read_over(indent: str) -> None:
    """Folded or not, with a blank line at its end or not."""
    lines = ["PHOTO;ENCODING=BASE64;JPEG:", *[f"{indent}{'Qk0' * 20}"] * 3, f"{indent}Qk0=", "", "FN:Ada"]
    assert card(*lines) == {"Name": "Ada"}


def test_cards_of_every_version_are_rows() -> None:
    """Numbered by their first lines; text between them is one row at fault for each block."""
    data = b"BEGIN:VCARD\nVERSION:2.1\nFN:A\nEND:VCARD\n\nx\ny:z\nbegin:vcard\nversion:4.0\nfn:B\nend:vcard\nrest\n"
    found = [(row.line, list(row.cells), bool(row.fault)) for row in rows(data)]
    assert found == [(1, ["A"], False), (6, ["x"], True), (8, ["B"], False), (12, ["rest"], True)]


def test_a_card_that_does_not_end_is_read() -> None:
    """Up to the next card, or to the end of the file."""
    data = b"BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nNOTE;QUOTED-PRINTABLE:x=C3=\n"
    assert [(row.line, row.cells[0], row.fault) for row in rows(data)] == [(1, "A", ""), (3, "B", "")]


def test_a_soft_break_does_not_swallow_the_end_of_a_card() -> None:
    """A value that was cut off ends with `=`."""
    data = b"BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:x=\nEND:VCARD\nBEGIN:VCARD\nFN:B\nEND:VCARD\n"
    assert [list(row.cells) for row in rows(data)] == [["x"], ["B"]]


def test_a_card_within_a_card_is_left_out() -> None:
    """The agent's number is not the contact's."""
    inner = ["AGENT:", "BEGIN:VCARD", "FN:Agent", "TEL:2", "AGENT:", "BEGIN:VCARD", "END:VCARD", "END:VCARD"]
    assert card("FN:Ada", *inner, "TEL:1") == {"Name": "Ada", "Phone 1 - Value": "1"}


def test_a_card_in_utf_16_without_a_mark_is_read() -> None:
    """As Apple's address book exported it."""
    [row] = rows("BEGIN:VCARD\r\nFN:Ľuboš\r\nEND:VCARD\r\n".encode("utf-16-be"))
    assert row.cells == ["Ľuboš"]


@pytest.mark.parametrize("lines", [[], ["nothing"], ["PHOTO:x"]])
def test_a_card_without_content_is_at_fault(lines: list[str]) -> None:
    """It is a row, and not the end of the file."""
    first, second = rows("\n".join(["BEGIN:VCARD", *lines, "END:VCARD", "BEGIN:VCARD", "FN:B", "END:VCARD"]).encode())
    assert first.fault.startswith("has no content")
    assert (second.cells, second.fault) == (["B"], "")


def test_a_card_of_too_many_properties_is_at_fault() -> None:
    """It would fill memory."""
    [row] = rows(b"BEGIN:VCARD\n" + b"TEL:1\n" * 2001 + b"END:VCARD\n")
    assert row.fault == "has more than 2,000 properties: remove some"


def test_text_before_the_first_card_is_at_fault() -> None:
    """The file is one of cards nevertheless."""
    junk, found = rows(b"Exported by a phone\n\nBEGIN:VCARD\nFN:A\nEND:VCARD\n")
    assert (junk.fault.startswith("is outside of any card"), found.cells) == (True, ["A"])


def test_a_card_in_the_line_of_its_property_is_left_out_too() -> None:
    """Folded or not: version 2.1 begins it after AGENT and a colon."""
    inner = ["AGENT:BEGIN:VCARD", "FN:Agent", "TEL:2", "END:VCARD"]
    assert card("FN:Ada", *inner, "TEL:1") == {"Name": "Ada", "Phone 1 - Value": "1"}
    folded = ["AGENT:BEGIN:VCARD", " FN:Agent", " TEL:2", " END:VCARD"]
    assert card("FN:Ada", *folded, "TEL:1") == {"Name": "Ada", "Phone 1 - Value": "1"}


@pytest.mark.parametrize("gap", [[], [""]])
def test_a_soft_break_at_the_end_of_a_value_does_not_swallow_a_property(gap: list[str]) -> None:
    """Phones write one after the last part of an address."""
    found = card("NOTE;ENCODING=QUOTED-PRINTABLE:a=", "b=", *gap, "TEL;CELL:1")
    assert found == {"Note": "ab", "Phone 1 - Label": "Cell", "Phone 1 - Value": "1"}


def test_a_group_is_no_contact() -> None:
    """Apple's and version 4.0's have names and members, and no numbers."""
    for kind in ("X-ADDRESSBOOKSERVER-KIND:group", "KIND:GROUP"):
        [row] = rows(f"BEGIN:VCARD\n{kind}\nFN:Friends\nEND:VCARD\n".encode())
        assert row.fault.startswith("is a group of contacts")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("X-OPTED-OUT:true", {"Opted Out": "true"}),
        ("X-DO-NOT-CONTACT;TYPE=x:1", {"Do Not Contact": "1"}),
        ("CATEGORIES:a\\,b", {"Tags": '["a,b"]'}),
        ("CATEGORIES:a\\;b,c", {"Tags": '["a;b", "c"]'}),
    ],
)
def test_consent_and_tags_are_not_lost(line: str, expected: dict[str, str]) -> None:
    """Properties about consent have names that programs make up; a comma in a tag does not divide it."""
    assert card(line) == expected


def test_a_card_without_a_beginning_is_at_fault() -> None:
    """It is not taken for CSV, each line of which is a row."""
    [row] = rows(b"VERSION:3.0\nFN:A\nTEL:1\nEND:VCARD\n")
    assert row.fault.startswith("is outside of any card")
