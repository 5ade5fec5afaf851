"""The names of countries, in the languages in which libphonenumber has them, and their codes.

Its table of names takes a quarter of a second to load: import this module when a name needs it, and not before.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final
from unicodedata import combining, normalize

from phonenumbers.geodata.locale import LOCALE_DATA

from numberkeep.domain.numbering_plan import regions

_ALIAS: Final = "*"
"""Begins the entry of a language in which a country has the same name as in another one."""

_ALSO: Final = {
    "US": "us usa unitedstatesofamerica theunitedstates",
    "GB": "uk gbr greatbritain england scotland wales northernireland grossbritannien",
    "NL": "nld holland thenetherlands",
    "AE": "are uae",
    "CZ": "cze czechia tschechien",
    "TR": "tur turkiye",
    "KR": "kor southkorea republicofkorea",
    "RU": "rus russianfederation",
}
"""Other names that people write."""

_CODES: Final = (
    "arg:AR aus:AU aut:AT bel:BE bra:BR can:CA che:CH chl:CL chn:CN col:CO deu:DE dnk:DK esp:ES fin:FI fra:FR grc:GR "
    "hkg:HK hun:HU ind:IN irl:IE isr:IL ita:IT jpn:JP ken:KE mex:MX mys:MY nga:NG nor:NO nzl:NZ pak:PK per:PE phl:PH "
    "pol:PL prt:PT rou:RO sau:SA sgp:SG swe:SE tha:TH ukr:UA vnm:VN zaf:ZA"
)
"""Three-letter codes of ISO 3166-1."""


@lru_cache(1024)
def region_of(country: str) -> str:
    """Return the region of a country's name or code, ISO 3166-1 alpha-2; `""` if it is not known."""
    code = country.strip().upper()
    return code if code in regions() else _names().get(_folded(country), "")


@cache
def _names() -> Mapping[str, str]:
    names = {
        _folded(name): region
        for region, by_language in LOCALE_DATA.items()
        if region in regions()
        for name in by_language.values()
        if not name.startswith(_ALIAS)
    }
    names |= {name: region for region, also in _ALSO.items() for name in also.split()}
    return names | dict(each.split(":") for each in _CODES.split())


def _folded(name: str) -> str:
    text = "".join(each for each in normalize("NFKD", name) if not combining(each))
    return "".join(filter(str.isalnum, text.casefold()))
