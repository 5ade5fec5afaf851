"""Contacts as people have them, in several scripts, and words that find few, some or many of them."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bench.people import START_MICROS, phone
from numberkeep.domain.contacts.commands import BulkRow
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.identity import contact_id_at


def _words(text: str) -> Sequence[str]:
    return text.split()


_FIRST: Final = _words(
    "Ada Grace Łukasz Øystein José François Zoë Björn Anna Maria John James Robert Jennifer Michael Linda William "
    "David Barbara Richard Susan Jessica Thomas Sarah Karen Nancy Daniel Lisa Matthew Иван Мария Ольга Дмитрий "
    "Ελένη Γιώργος 太郎 花子 健太 美咲 伟 芳 娜 秀英 길동 지우 서연 민준 محمد فاطمة أحمد דוד שרה आरव प्रिया สมชาย"
)
_LAST: Final = _words(
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Wilson Anderson Taylor Moore "
    "Jackson Thompson White Harris Clark Lewis Walker Young Wright Nguyen Nelson Carter Lovelace Hopper O'Brien "
    "Müller Schröder Großmann Kowalski Wiśniewski Hansen Åsberg Sørensen Dvořák Nagy Popescu Yildiz Петров Иванов "
    "Παπαδόπουλος 山田 田中 佐藤 鈴木 王 李 张 刘 김 이 박 الحسن כהן शर्मा Silva Santos Souza"
)
_CITIES: Final = _words(
    "London Berlin München Zürich Kraków København Oslo Paris Lisboa Chicago Austin 東京 北京 서울 Москва"
)
_NOTES: Final = _words(
    "called asked about the spring offer wants a callback in March prefers texts over calls met at the fair likes "
    "red shoes returned an order interested in another plan speaks French needs invoice moved to birthday voucher "
    "sent"
)
_SYLLABLES: Final = _words("an be cor da el fi gra ho is ju ka lo mi no ra sa tor ven wex zu qui ple sto bri")
COHORTS: Final = 50
"""Equal parts of the contacts, one after the other; each has a tag."""
_RARE: Final = 100

WORDS: Final[Mapping[str, Sequence[str]]] = {
    "rare": ("xylophonist", "rarest", "corbeho", "nobody", "xwqz"),
    "middling": ("lukasz", "anderson", "zurich", "山田", "callback", "길동"),
    "frequent": ("gold", "customer", "a", "ma", "12"),
    "two words": ("lukasz anderson", "gold rarest", "太郎 山田", "berlin callback", "ada nobody", "xw zu"),
    "at the end of the order": ("cohort-0", f"cohort-{COHORTS - 1}", "cohort-0 gold"),
    "digits": ("0123", "555-0123", "+1201", "9", "gold 77"),
}
"""Words by how often they are found, and where."""


def rows(first: int, count: int, contacts: int) -> Iterator[BulkRow]:
    """Yield `count` rows from contact `first` of so many contacts, the same on every run."""
    chance = random.Random(first)  # noqa: S311 - the same people on every run
    for number in range(first, first + count):
        variables = {"City": chance.choice(_CITIES), "Plan": chance.choice(("free", "pro", "gold", "enterprise"))}
        if chance.random() < 0.5:  # noqa: PLR2004 - every other one
            variables["Note"] = " ".join(chance.choices(_NOTES, k=chance.randrange(3, 9)))
        if number % (contacts // _RARE or 1) == 1:
            variables["Ref"] = "rarest"
        if number == contacts // 3:
            variables["Job"] = "xylophonist"
        patch = ContactPatch(
            first_name=chance.choice(_FIRST),
            last_name=chance.choice(_LAST) if chance.random() < 0.7 else _name(chance),  # noqa: PLR2004 - most
            company_name=chance.choice(("", f"{_name(chance)} {chance.choice(('GmbH', 'Ltd', '株式会社', 'S.A.'))}")),
            tags=(f"cohort-{number * COHORTS // contacts}", *(("customer",) if number % 3 else ())),
            custom_variables=variables,
        )
        at = START_MICROS + number
        yield BulkRow(phone(number), patch, contact_id_at(at, 1), at)


def _name(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=3)).capitalize()
