"""The types of settings: how each is parsed from text, and what is required of that text."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final
from urllib.parse import urlsplit

from numberkeep.domain.phone import find_phone
from numberkeep.domain.secret import HEADER_RULE, fits_header

Network = IPv4Network | IPv6Network

_MAX_DIGITS: Final = 9
_NO_REGION: Final = "ZZ"  # CLDR's code: no national format matches it
_is_short_code = re.compile(r"[0-9]{3,8}").fullmatch


class ConfigError(Exception):
    """A setting cannot be used. The message names the setting and the fix."""


def is_utf8(text: str) -> bool:
    """Return False for an argument or variable with invalid UTF-8, which Python decodes to lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def one_of(words: tuple[str, ...]) -> str:
    """Return the words as a list in a sentence: `a, b or c`."""
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


# Each of these parses one value. A ValueError states the requirement ("must be ...") and never repeats the value.


def plain(text: str) -> str:
    """Return any text as it is."""
    return text


def header(text: str) -> str:
    """Return a text that is sent in an HTTP header."""
    if not fits_header(text):
        raise ValueError(HEADER_RULE)
    return text


def url(text: str) -> str:
    """Return an HTTP URL."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not (usable and text.isascii() and text.isprintable() and " " not in text):
        raise ValueError("must be a URL that begins with http:// or https://, for example https://example.com/in")
    return text


def http_url(host: str, port: int) -> str:
    """Return the URL of a service that listens on a host, a name or an IP address, and a port."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def reachable_host(host: str) -> str:
    """Return the host under which its own machine reaches a service that listens on a host, which may be all."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing listens


def networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a list that is separated by commas or spaces."""
    try:
        return tuple(ip_network(each) for each in text.replace(",", " ").split())
    except ValueError as error:
        raise ValueError(f"must be a list of networks such as 127.0.0.0/8,10.1.0.0/16 ({error})") from None


def line(text: str) -> str:
    """Return a number to send from: E.164, or a carrier's short code."""
    phone = find_phone(text, _NO_REGION) if text.strip().startswith("+") else None
    if phone is None and not _is_short_code(text):
        raise ValueError("must be a number in E.164 form, for example +14155550100, or a short code")
    return phone or text


def number(at_least: int = 0, at_most: int = 10**6) -> Callable[[str], int]:
    """Return a parser of whole numbers within these bounds."""

    def parse(text: str) -> int:
        if not text.isdecimal() or len(text) > _MAX_DIGITS or not at_least <= int(text) <= at_most:
            raise ValueError(f"must be a whole number from {at_least} to {at_most}")
        return int(text)

    return parse


def choice(*words: str) -> Callable[[str], str]:
    """Return a parser that accepts these words only."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be {one_of(words)}")
        return text

    return parse
