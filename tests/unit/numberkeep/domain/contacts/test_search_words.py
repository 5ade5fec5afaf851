"""Which contacts words find."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numberkeep.domain.contacts.contact import Contact, moment
from numberkeep.domain.contacts.search import parse_search, search_text
from numberkeep.domain.folding import fold

PHONE = "+14155550123"


def contact(
    *, phone: str = PHONE, tags: Sequence[str] = (), variables: Mapping[str, str] | None = None, **texts: str
) -> Contact:
    """Return a contact."""
    fields: dict[str, Any] = dict.fromkeys(
        ("first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number"), ""
    )
    return Contact(
        contact_id=1,
        phone=phone,
        created_at=moment(0),
        tags=tuple(tags),
        custom_variables=variables or {},
        verified=False,
        opt_out=False,
        **fields | texts,
    )


def finds(q: str, someone: Contact) -> bool:
    """Return whether words find a contact."""
    search = parse_search(q)
    return search is None or search.finds(someone.phone, search_text(someone))


ADA = contact(
    first_name="Ada Mary",
    last_name="O'Brien",
    company_name="Straße & Söhne",
    assigned_to_email="owner@example.com",
    sendblue_number="+14155559999",
    tags=["vip", "Café"],
    variables={"Plan": "gold", "Note": 'says "hi"\n2024'},
)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("ada", True),
        ("MARY brien", True),
        ("ada  gold", True),
        ("ada silver", False),
        ("strasse", True),
        ("owner@ex", True),
        ("vip", True),
        ("cafe CAFÉ cafe\u0301", True),
        ('"hi"', True),
        ("hi 2024", True),
        ("maryo", False),  # two fields
        ("plan", False),  # a label
        ("9999", False),  # the account's own line
        ("\\n", False),  # how the text is stored
        ("", True),
        ("\u200b", False),
        ("ada \u0301", False),
        ("ada ¨", False),
        ("\ufe0f", False),
        ("()", False),
        ("-", False),
        ("+", False),
    ],
)
def test_every_word_must_be_a_part_of_a_text(q: str, found: bool) -> None:  # noqa: FBT001
    """Without regard to case and accents; a word that cannot be seen finds nothing."""
    assert finds(q, ADA) is found


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("Łukasz", "lukasz"),
        ("Øystein", "oystein"),
        ("Straße", "STRASSE"),
        ("strasse", "straße"),
        ("Zoe\u0308", "zoë"),
        ("Ёлкин", "елкин"),
        ("Иван", "ИВАН"),
        ("Иван", "ivan"),
        ("Ελένη", "ελενη"),
        ("山田太郎", "山田"),
        ("ﾔﾏﾀﾞ", "ヤマダ"),
        ("홍길동", "길동"),
        ("홍길동", "\u1112\u1169\u11bc"),  # decomposed, as macOS has it in the names of files
        ("مُحَمَّد", "محمد"),
        ("İpek", "ipek"),
        ("\uff21\uff44\uff41", "ada"),
        ("Ada 😀", "😀"),
    ],
)
def test_words_are_found_in_any_script(name: str, q: str) -> None:
    """Characters that have the same sound in Chinese are different ones."""
    assert finds(q, contact(first_name=name))
    assert not finds("善", contact(first_name=name))


@pytest.mark.parametrize(
    ("phone", "q", "found"),
    [
        (PHONE, "555-0123", True),
        (PHONE, "0123", True),
        (PHONE, "(415) 555-0123", True),
        (PHONE, "415.555.0123", True),
        (PHONE, "1 415 555 0123", True),
        (PHONE, "+1 415 555 0123", True),
        (PHONE, "+1415", True),
        (PHONE, "+415", False),
        (PHONE, "+0123", False),
        (PHONE, "001 415 555 0123", True),
        (PHONE, "011 1 415 555 0123", True),
        (PHONE, "\uff15\uff15\uff15-\uff10\uff11\uff12\uff13", True),
        (PHONE, "415", False),  # neither the last digits nor a text
        (PHONE, "555-0124", False),
        ("+491512345678", "0151 2345678", True),
        ("+491512345678", "0151/2345678", True),
        ("+491512345678", "+49 (0)151 2345678", True),
        ("+491512345678", "0049 151 2345678", True),
        ("+491512345678", "049 151 2345678", False),
        ("+491512349678", "09678", False),  # a zero that the number does not have there
        ("+491512345678", "02345678", False),
        ("+390612345678", "06 12345678", True),  # Italy has its zero in the number
        (PHONE, "1" * 70, False),
    ],
)
def test_a_word_of_digits_is_also_a_number(phone: str, q: str, found: bool) -> None:  # noqa: FBT001
    """By its last digits, with a trunk zero, or from its country code on."""
    assert finds(q, contact(phone=phone, first_name="Ada")) is found
    assert finds(f"ada {q}", contact(phone=phone, first_name="Ada")) is found


def test_digits_are_words_too() -> None:
    """Each of several may be in a text of its own, or all of them are the number."""
    someone = contact(company_name="Studio 54", variables={"Year": "1984"})
    assert finds("1984 studio 54 0123", someone)
    assert finds("54 1984", someone)
    assert not finds("54 1985", someone)


def test_case_never_matters() -> None:
    """Not of any character of Unicode."""
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    assert [each for each in characters if fold(each.lower()) != fold(each.upper())] == []


@given(text=st.text(max_size=30), data=st.data())
def test_a_part_of_a_name_finds_it(text: str, data: st.DataObject) -> None:
    """Any part between two characters that are read on their own, which decomposed Korean is not."""
    words = [word for word in text.split() if fold(word).strip()]
    someone = contact(first_name=text)
    assert all(finds(word, someone) for word in words)
    if words and (word := data.draw(st.sampled_from(words))).isascii():
        part = word[data.draw(st.integers(0, len(word) - 1)) :]
        assert finds(part, someone)
