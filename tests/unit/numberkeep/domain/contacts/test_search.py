"""The text in which words are searched, and the conditions that words mean."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numberkeep.domain.contacts.contact import Contact, moment
from numberkeep.domain.contacts.search import Clause, Search, joined, parse_search, search_text
from numberkeep.domain.folding import fold
from numberkeep.domain.limits import MAX_SEARCH_TEXT

ADA = Contact(
    1,
    "+14155550123",
    moment(0),
    "Ada Mary",
    "O'Brien",
    "",
    "owner@example.com",
    "+14155559999",
    ("VIP", "Café"),
    {"Plan": "Gold"},
    verified=True,
    opt_out=False,
)


def test_the_text_has_every_searched_field() -> None:
    """Folded, in a fixed order, without empty fields, labels and the account's own line."""
    assert search_text(ADA) == "ada mary\no'brien\nowner@example.com\nvip\ncafe\ngold"


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (["a" * 5000], "a" * 4096),
        (["É" * 5000], "e" * 4096),
        (["山" * 2000], "山" * 1365),
        (["山" * 1024], "山" * 1024),
        (["a" * 4000, "b" * 4000, "c"], "a" * 4000 + "\n" + "b" * 95),
        (["a" * 4096, "b"], "a" * 4096),
    ],
)
def test_a_long_text_is_cut_between_characters(texts: list[str], text: str) -> None:
    """After 4,096 bytes in UTF-8."""
    assert joined(texts) == text


@given(
    texts=st.lists(
        st.text(max_size=400) | st.text("a\u0301\n\u1112\u1169\u03a3\u03c3\u3099ß", max_size=3000), max_size=6
    )
)
def test_the_parts_are_folded_like_the_whole(texts: list[str]) -> None:
    """However the text is cut."""
    whole = fold("\n".join(filter(None, texts))).encode()
    assert joined(texts) == whole[:MAX_SEARCH_TEXT].decode(errors="ignore")


def test_words_are_clauses() -> None:
    """Each once, folded; without words nothing is searched."""
    assert parse_search(" Łukasz ada\tADA ") == Search((Clause("lukasz"), Clause("ada")))
    assert parse_search(" \n") is None


def test_digits_are_texts_or_the_number() -> None:
    """Several in a row may be one number, which then meets the clause of each."""
    assert parse_search("(415) 555-0123 vip") == Search(
        (Clause("(415)", ends=("415", "4155550123")), Clause("555-0123", ends=("5550123", "4155550123")), Clause("vip"))
    )
    assert parse_search("+1 415") == Search(
        (Clause("+1", begins=("+1", "+1415"), wholes=("+1", "+1415")), Clause("415", ("+1415",), ("415",), ("+1415",)))
    )


def test_a_word_that_cannot_be_seen_finds_nothing() -> None:
    """Not even beside one that is found."""
    search = parse_search("ada \u200b")
    assert search is not None
    assert search.is_void
    assert not search.finds(ADA.phone, search_text(ADA))


@given(words=st.lists(st.text(string.digits + "+-( )", min_size=1, max_size=8), max_size=4))
def test_numbers_are_found_by_their_ends_and_beginnings(words: list[str]) -> None:
    """What has no digit finds no number."""
    search = parse_search(" ".join(words))
    if search is not None and not any(each.isdigit() for each in "".join(words)):
        assert not search.finds("+14155550123", "")
