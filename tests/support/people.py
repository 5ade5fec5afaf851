"""Fictitious people, with numbers from the ranges that are reserved for fiction, and values that nobody should have."""

import random
from collections.abc import Iterator, Mapping
from typing import Any, Final

_FIRST: Final = (
    "Ada Aisha Alma Amira Anders Ángel Anouk Arjun Aoife Bea Björn Camille Carlos Chiara Clara Dalia Daniel Elena "
    "Emeka Emil Eszter Fatima Felix Fiona Gabriel Greta Hana Hugo Ines Ivan Jamal João Josephine Kenji Kofi Lars "
    "Leila Lena Liam Lucía Łukasz Mara Marek Mei Milan Nadia Nia Noah Nora Olga Oskar Øystein Paula Pedro Priya Quinn "
    "Rafael Rosa Samir Saoirse Sofia Søren Tariq Théo Uma Vera Viktor Wanda Yara Yusuf Zoë"
)
_LAST: Final = (
    "Abara Achterberg Andersen Baptiste Bianchi Bergström Cardoso Castillo Chandra Dąbrowski Delacroix Eriksen Farouk "
    "Ferrari Fischer García Grünwald Haddad Hansen Hoffmann Ibáñez Jansen Johansson Kapoor Keller Kovács Kowalczyk "
    "Lefèvre Lindqvist Lombardi Marchetti Mbeki Moreau Müller Nakamura Novák Nowak O'Brien Okafor Olsen Ortega Pereira "
    "Petrov Quintero Rahman Richter Romano Sato Schäfer Silva Singh Sokolova Tanaka Tremblay Ueda Vargas Virtanen "
    "Walsh Weiß Zieliński"
)
_COMPANIES: Final = (
    "Alder & Finch",
    "Bakery Morgenrot",
    "Blue Kettle Coffee",
    "Brightwater Yoga",
    "Cedar Lane Dental",
    "Fahrradhaus Lindner",
    "Harbor Street Books",
    "Juniper Florists",
    "Lantern Cinema",
    "Maple & Main Realty",
    "Nordlicht Keramik",
    "Oakfield Vets",
    "Paper Crane Studio",
    "Quarry Climbing",
    "Riverside Physio",
    "Saltwater Surf School",
    "Tidewater Sailing",
)
_TAGS: Final[Mapping[str, float]] = {
    "customer": 0.6,
    "newsletter": 0.4,
    "trial": 0.15,
    "event 2026": 0.12,
    "berlin": 0.1,
    "vip": 0.08,
    "wholesale": 0.06,
}
"""The tags, each with the share of the people who have it."""
_SHARES: Final[Mapping[str, float]] = {"verified": 0.6, "opt_out": 0.05, "company_name": 0.4, "custom_variables": 0.7}
_PLANS: Final = ("free", "basic", "pro")
_SOURCES: Final = ("website", "referral", "trade fair", "store")
_US_AREAS: Final = ("202", "212", "303", "312", "415", "503", "617")

LONGEST_COMPANY: Final = (
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungs-Beratungsgesellschaft Mecklenburgische Seenplatte mbH "
    "& Co. Kommanditgesellschaft auf Aktien"
)
"""A name as long as those in German registers of companies."""

HOSTILE: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "first_name": "<img src=x onerror=alert(1)>",
        "last_name": "<script>alert(2)</script>",
        "company_name": '"><svg onload=alert(3)>',
        "tags": ["<b>bold</b>", "{{7*7}}", "' onmouseover='alert(4)"],
        "custom_variables": {
            "<i>label</i>": "<img src=x onerror=alert(5)>",
            "javascript:alert(6)": "javascript:alert(7)",
        },
    },
    {
        "first_name": "{{7*7}}",
        "last_name": "{% for x in y %}${7*7}",
        "company_name": "{{191*7}} #{191*7} ${191*7} <%= 191*7 %>",
        "tags": ["__proto__", "constructor", "../../etc/passwd"],
    },
    {
        "first_name": "مرحبا",
        "last_name": "שלום",
        "company_name": "\u202eevil.exe\u202c \u2066isolated\u2069",
        "tags": ["عميل", "לקוח"],
        "custom_variables": {"ملاحظة": "نص من اليمين إلى اليسار with English inside"},
    },
    {
        "first_name": "W" * 200,
        "last_name": "m" * 200,
        "company_name": LONGEST_COMPANY,
        "tags": ["x" * 100, "a tag of many words " * 4],
        "custom_variables": {"Note": "Donaudampfschifffahrt" * 190, "n" * 100: "0" * 4000},
    },
    {
        "first_name": "\U0001f469\u200d\U0001f467" * 20,
        "last_name": "".join(f"{letter}{chr(0x300 + place) * 20}" for place, letter in enumerate("Zalgo")),
        "company_name": "山田商店　東京",
    },
)
"""What nobody should be called, and what every page has to show as it is."""


def people(count: int, seed: int = 16) -> Iterator[dict[str, Any]]:
    """Yield contacts in the form of a seed of test mode, the same ones for the same arguments; at most 2,000."""
    chance = random.Random(seed)
    for place in range(count):
        person: dict[str, Any] = {
            "phone": _number(place),
            "first_name": chance.choice(_FIRST.split()),
            "last_name": chance.choice(_LAST.split()),
            "tags": [tag for tag, share in _TAGS.items() if chance.random() < share][:4],
        }
        values = {
            "verified": True,
            "opt_out": True,
            "company_name": chance.choice(_COMPANIES),
            "custom_variables": {"plan": chance.choice(_PLANS), "source": chance.choice(_SOURCES)},
        }
        yield person | {name: value for name, value in values.items() if chance.random() < _SHARES[name]}


def hostile() -> Iterator[dict[str, Any]]:
    """Yield contacts with hostile values, likewise."""
    for place, values in enumerate(HOSTILE):
        yield {"phone": _number(3 * place + 1), **values}


def hostile_file() -> tuple[str, str]:
    """Return the name of a file with the same contacts, and its text: its columns and cells attack the page too."""
    image = HOSTILE[0]["first_name"]
    rows = [f'{each["phone"]},"{image}",{"x" * 4000},"<b>bold</b>;{{{{191*7}}}}"' for each in hostile()]
    return f"{image}.csv", "\n".join([f'phone,"{image}",{{{{191*7}}}},tags', *rows, f'"{image}",,,', ""])


def _number(place: int) -> str:
    """Return a number that is reserved for fiction: in the US, in Britain or in France."""
    country, rest = place % 3, place // 3
    if country == 0:
        return f"+1{_US_AREAS[rest // 100]}55501{rest % 100:02}"
    return f"+447700900{rest:03}" if country == 1 else f"+33639{980_000 + rest}"
