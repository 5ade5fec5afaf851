"""Where the numbers of a command come from."""

import pytest

from numberkeep.cli.contacts_numbers import read_numbers

A, B = "+14155550001", "+14155550002"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        ("\n# nobody\n  \n", []),
        (f"{A}\n\n  (415) 555-0002 \n# note\n{B}", [A, "(415) 555-0002", B]),
        (f"{A}\r\n{B}\r\n", [A, B]),
        (f"number\n{A}\n", [A]),
        (f"Phone\n{A}\n", [A]),
        (f'first_name,number,tags\nAda,{A},x\n"O,\nNeil",{B},"a;b"\nonly\n', [A, B]),
        (f'number,first_name\n{A},"\'=1"\n', [A]),
        (f"{A},Ada\n{B},Bob\n", [A, B]),
        (f'number\tfirst_name\n{A}\t"Ada\n{B}\t\n', [A, B]),
        (f'first_name\tphone\n"\t{A}\n', [A]),
        (f"name,mobile\nAda,{A}\n", ["name", "Ada"]),
    ],
)
def test_numbers_are_read_from_lines_and_tables(text: str, numbers: list[str]) -> None:
    """From the column `number` or `phone`, else from the first; only tables with commas have quotes."""
    assert list(read_numbers(text.splitlines(keepends=True))) == numbers
