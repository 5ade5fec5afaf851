"""The grams by which words are found."""

from hypothesis import given
from hypothesis import strategies as st

from numberkeep.store.postgres.search_grams import grams_of_pair, grams_of_text, grams_of_word

ACCOUNT = 7
texts = st.text(st.characters(codec="utf-8") | st.sampled_from("ab山é\n"), max_size=12)


@given(text=texts, data=st.data())
def test_a_text_has_the_grams_of_every_part(text: str, data: st.DataObject) -> None:
    """So a word is found wherever it is in the text, and in whatever script."""
    start = data.draw(st.integers(0, len(text)))
    word = text[start : start + data.draw(st.integers(0, 5))]
    grams = grams_of_text(ACCOUNT, text)
    assert set(grams_of_word(ACCOUNT, word)) <= set(grams)
    if len(word) == 2 and word.isascii():
        assert set(grams_of_pair(ACCOUNT, word)) & set(grams)


def test_grams_are_sorted_and_each_is_there_once() -> None:
    """So that equal texts have equal arrays."""
    grams = grams_of_text(ACCOUNT, "山ananana山")
    assert grams == sorted(set(grams))
    assert all(-(2**31) <= gram < 2**31 for gram in grams)


def test_accounts_have_other_grams() -> None:
    """An account's rows are found without reading those of others."""
    assert not set(grams_of_text(1, "anderson")) & set(grams_of_text(2, "anderson"))


def test_one_or_two_ascii_characters_have_no_gram_of_their_own() -> None:
    """They are the beginning of too many; characters of other scripts have one."""
    assert grams_of_word(ACCOUNT, "an") == grams_of_word(ACCOUNT, "a") == []
    assert len(grams_of_word(ACCOUNT, "山")) == len(grams_of_word(ACCOUNT, "山田")) == 1
