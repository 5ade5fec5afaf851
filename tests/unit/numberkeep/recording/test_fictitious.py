"""What stands in place of values: the same for the same, alike in form, and never the value itself."""

import re
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numberkeep.domain.messages.reply import Verdict, verdict_of
from numberkeep.domain.phone import find_phone
from numberkeep.recording.fictitious import Fictitious


@pytest.fixture
def fictitious() -> Fictitious:
    """Return the replacements of one recording."""
    return Fictitious(b"one", "US")


@pytest.mark.parametrize(
    ("value", "pattern"),
    [
        ("Ada", "[A-Z][a-z]{2}"),
        ("O'Brien-Smith 3rd", "[A-Z]'[A-Z][a-z]{4}-[A-Z][a-z]{4} [0-9][a-z]{2}"),
        ("Zoë", "[A-Z][a-z][àéîöšž]"),
        ("王小明", "[上下中大小山川口]{3}"),
        ("hi 🎉", "[a-z]{2} ★"),
        ("क\u093f", "[上下中大小山川口]\u0334"),
        ("0c66dc54d31ff406", "[0-9a-f]{16}"),
        ("0C66DC54-D31FF406", "[0-9A-F]{8}-[0-9A-F]{8}"),
        ("ada@corp.test", r"[a-z]{4}[0-9]{4}@example\.com"),
        ("https://corp.test/hook?who=ada", r"https://[a-z]{4}[0-9]{4}\.example/x*"),
        (" Ada ", " [A-Z][a-z]{2} "),
        ("true", "true"),
        ("  ", "  "),
    ],
)
def test_a_text_keeps_its_form(fictitious: Fictitious, value: str, pattern: str) -> None:
    """Its length too, so that limits apply as before."""
    made = fictitious.text(value)
    assert re.fullmatch(pattern, made), made
    assert fictitious.text(value) == made


@settings(derandomize=True, max_examples=300, deadline=None)
@given(value=st.text(min_size=1), region=st.sampled_from(["US", "GB"]))
def test_no_text_stays(value: str, region: str) -> None:
    """If it has a letter or a digit at all; and it keeps its length, unless it is an address or a number."""
    made = Fictitious(b"any", region).text(value)
    if any(each.isascii() and each.isalnum() for each in value) and value.strip().lower() not in {"true", "false"}:
        assert made != value


@settings(derandomize=True, max_examples=100, deadline=None)
@given(values=st.lists(st.text("abcdefgh ", min_size=3, max_size=9), unique_by=str.strip))
def test_different_texts_stay_different(values: list[str]) -> None:
    """Or tags would be duplicates, and one contact found instead of another."""
    fictitious = Fictitious(b"any", "US")
    filled = {value.strip() for value in values} - {""}
    assert len({fictitious.text(value) for value in filled}) == len(filled)


@pytest.mark.parametrize("key", [b"%d" % key for key in range(30)])
def test_a_text_is_never_its_own_replacement(key: bytes) -> None:
    """Even if every other letter already stands for another text."""
    fictitious = Fictitious(key, "US")
    assert [letter for letter in ascii_lowercase if fictitious.text(letter) == letter] == []


def test_two_recordings_have_nothing_in_common() -> None:
    """The key decides, so that nobody can compute a value from a guess."""
    one, other = Fictitious(b"one", "US"), Fictitious(b"other", "US")
    assert one.text("Adalbertine") != other.text("Adalbertine")
    assert one.phone("+14158675309") != other.phone("+14158675309")


def test_a_number_is_the_same_however_it_is_written(fictitious: Fictitious) -> None:
    """In fields of numbers, in other fields and in messages; written alike."""
    phone = fictitious.phone("+14158675309")
    for text in ("(415) 867-5309", "1-415-867-5309", "+1 415 867 5309", "tel:+14158675309"):
        assert find_phone(fictitious.phone(text), "US") == phone
    assert fictitious.text("+14158675309") == phone
    assert fictitious.message("no contact +14158675309") == f"no contact {phone}"


def test_different_numbers_stay_different(fictitious: Fictitious) -> None:
    """Of 2,000 numbers no two are replaced by the same."""
    assert len({fictitious.phone(f"+1415867{last:04d}") for last in range(2000)}) == 2000


@settings(derandomize=True, max_examples=200, deadline=None)
@given(text=st.text("+0123456789 -()x", min_size=1, max_size=20))
def test_a_number_stays_a_number_and_nothing_else_becomes_one(text: str) -> None:
    """So that a service refuses what the other one refused."""
    made = Fictitious(b"any", "US").phone(text)
    assert (find_phone(made, "US") is None) == (find_phone(text, "US") is None)
    if re.search("[1-9]", text) and not re.fullmatch(r"\D*0*\D*", text):
        assert made != text


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("STOP!", Verdict.OPT_OUT),
        ("Start", Verdict.OPT_IN),
        ("help", Verdict.HELP),
        ("No, Ada does not live here", Verdict.UNCLEAR),
        ("See you at noon, Ada", Verdict.ORDINARY),
        ("k", Verdict.ORDINARY),
    ],
)
def test_a_message_means_the_same(fictitious: Fictitious, value: str, verdict: Verdict) -> None:
    """For consent; nothing else of it is left."""
    made = fictitious.content(value)
    assert verdict_of(value) is verdict
    assert verdict_of(made) is verdict
    assert "Ada" not in made
    assert fictitious.content(value) == made


@pytest.mark.parametrize(
    ("size", "expected"), [(1, 20), (20, 20), (21, 70), (161, 459), (20_000, 20_000), (20_001, 20_001)]
)
def test_a_message_is_about_as_long(fictitious: Fictitious, size: int, expected: int) -> None:
    """Only the class of the length is recorded, unless it may be over a limit."""
    assert len(fictitious.content("x" * size)) == expected


def test_times_are_moved_by_the_same_number_of_days(fictitious: Fictitious) -> None:
    """In each form, so that their order and their distances stay."""
    first = fictitious.moment("2026-03-01T09:30:00.123Z")
    assert first.endswith("T09:30:00.123Z")
    day = first[:10]
    assert day < "2026-03-01"
    assert fictitious.moment("2026-03-01") == day
    assert fictitious.moment("2026-03-01T01:00:00+02:00") == f"{day}T01:00:00+02:00"
    assert fictitious.moment("2026-03-01 01:00") == f"{day} 01:00"
    for nothing in ("2026-13-01", "0001-01-01", "tomorrow", "2026-03-01Tnoon"):
        assert fictitious.moment(nothing) != nothing


@pytest.mark.parametrize(
    "value",
    ["2026-03-01Ada", "2026-03-01 Ada", "2026-03-01T09:30Ada", "2026-03-01T09:30:00 Ada", "2026-03-01T09:30+Ada"],
)
def test_what_follows_a_time_does_not_stay(fictitious: Fictitious, value: str) -> None:
    """A field of times may contain anything."""
    assert "Ada" not in fictitious.moment(value)
    assert "14158675309" not in fictitious.moment("2026-03-01T09:30:00.14158675309")


@pytest.mark.parametrize("value", [1, -7, 94107, 12.5, 1e22, 0.001, 123456789012345678901234567890])
def test_a_number_that_may_be_data_is_replaced(fictitious: Fictitious, value: float) -> None:
    """An integer stays one."""
    made = fictitious.number(value)
    assert made != value
    assert type(made) is type(value)
    assert (made < 0) == (value < 0)


def test_only_words_of_the_api_are_words(fictitious: Fictitious) -> None:
    """Whatever else stands in a field of words is replaced."""
    for word in ("OPTED_OUT", "QUEUED", "created_at", "asc", "contact.created", "shooting_star", "iMessage"):
        assert fictitious.word(word) == word
    for text in ("Lovelace", "LOVELACE", "a b", "x1"):
        assert fictitious.word(text) != text
    assert (fictitious.count("1000"), fictitious.count("-1")) == ("1000", "-1")
    assert fictitious.count("14158675309") != "14158675309"
