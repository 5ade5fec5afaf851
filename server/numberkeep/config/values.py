"""How the values of settings are read from their texts, and what there is to say of one that cannot be used."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final
from urllib.parse import urlsplit

from numberkeep.domain.phone import find_phone
from numberkeep.domain.secret import HEADER_MEND, fits_header

Network = IPv4Network | IPv6Network

_MAX_DIGITS: Final = 9
_NO_REGION: Final = "ZZ"  # CLDR's code: such a number is in no national format
_is_short_code = re.compile(r"[0-9]{3,8}").fullmatch


class ConfigError(Exception):
    """A setting cannot be used; the text names it and the mend."""


def is_utf8(text: str) -> bool:
    """False for arguments and variables with other bytes, which Python reads as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def in_header(given: Mapping[str, str], name: str) -> str:
    """A setting that is sent in an HTTP header; `""` without one.

    Raises:
        ConfigError: no header can have it.
    """
    text = given.get(name, "")
    if not fits_header(text):
        raise ConfigError(f"{name} {HEADER_MEND}")
    return text


def url(given: Mapping[str, str], name: str, default: str = "") -> str:
    """A setting that is an HTTP URL; `""` without one.

    Raises:
        ConfigError: it is none; it is not repeated, for a password may be in it.
    """
    text = given.get(name, default)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if text and not (usable and text.isascii() and text.isprintable() and " " not in text):
        raise ConfigError(f"{name} must be a URL that begins with http:// or https://, as in https://example.com/in")
    return text


def networks(given: Mapping[str, str], name: str) -> tuple[Network, ...]:
    """A setting that is a list of networks.

    Raises:
        ConfigError: one of them is none.
    """
    texts = given.get(name, "").replace(",", " ").split()
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError as error:
        raise ConfigError(f"{name} is a list of networks such as 127.0.0.0/8,10.1.0.0/16: {error}") from error


def line(given: Mapping[str, str], name: str) -> str:
    """A setting that is a number to send from, E.164 or a carrier's short code; `""` without one.

    Raises:
        ConfigError: it is none.
    """
    text = given.get(name, "")
    phone = find_phone(text, _NO_REGION) if text.strip().startswith("+") else None
    if text and phone is None and not _is_short_code(text):
        raise ConfigError(f"{name} must be a number in E.164 form, for example +14155550100, or a short code")
    return phone or text


def number(given: Mapping[str, str], name: str, default: int, *, at_least: int = 0, at_most: int = 10**6) -> int:
    """A setting that is a whole number.

    Raises:
        ConfigError: it is none, or beyond the bounds.
    """
    text = given.get(name, str(default))
    if not text.isdecimal() or len(text) > _MAX_DIGITS or not at_least <= int(text) <= at_most:
        raise ConfigError(f"{name} must be a whole number from {at_least} to {at_most}, not {text!r}")
    return int(text)


def choice(given: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """A setting that is one of some words, the first without one.

    Raises:
        ConfigError: it is none of them.
    """
    text = given.get(name, choices[0])
    if text not in choices:
        raise ConfigError(f"{name} must be {' or '.join(choices)}, not {text!r}")
    return text
