"""Parses a webhook's URL strictly: forms that URL parsers disagree about are refused.

Two parsers that see different hosts in one text would circumvent the check of the host, so the URL is parsed once, and
the address to connect to is built from the parts.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from numberkeep.domain.limits import MAX_URL
from numberkeep.domain.outbox.errors import TargetRefused
from numberkeep.outbound.networks import Address

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_MAX_PORT: Final = 65_535
_MAX_NAME: Final = 253

_shape = re.compile(r"(https?)://([^/?]*)(.*)", re.IGNORECASE).fullmatch
_authority = re.compile(r"(\[[^\[\]]*\]|[^\[\]:]*)(?::([0-9]{1,5}))?", re.ASCII).fullmatch
_visible = re.compile(r"[\x21-\x7e]+").fullmatch
_label = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?").fullmatch
_number = re.compile(r"[0-9]+|0x[0-9a-f]*").fullmatch


@dataclass(slots=True, frozen=True)
class WebAddress:
    """A URL in its parts.

    Attributes:
        scheme: `http` or `https`.
        host: a name in lower case without a dot at its end, or an IP address without brackets.
        port: 1 to 65535.
        target: path and query, as they were written; begins with `/`.
        address: the host as an IP address; None if it is a name.
    """

    scheme: str
    host: str
    port: int
    target: str
    address: Address | None

    @property
    def authority(self) -> str:
        """The value of the header `Host`."""
        host = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def read_url(url: str) -> WebAddress:
    """Return the parts of a URL.

    Raises:
        TargetRefused: its form is not one that a webhook may have.
    """
    if len(url) > MAX_URL:
        raise TargetRefused(f"the URL has more than {MAX_URL} characters; use a shorter one")
    if not _visible(url):
        raise TargetRefused("the URL has spaces or characters beyond ASCII; write the host as xn--, the rest as %XX")
    if "\\" in url or "#" in url:
        raise TargetRefused("the URL has a backslash or a fragment; leave it out")
    parts = _shape(url)
    if parts is None:
        raise TargetRefused("the URL does not begin with http:// or https://")
    scheme, authority, rest = parts[1].lower(), parts[2].lower(), parts[3]
    if "@" in authority:
        raise TargetRefused("the URL has a user or a password; leave it out")
    place = _authority(authority)
    if place is None:
        raise TargetRefused("the URL has no valid host and port, such as https://example.com:8443")
    port = int(place[2]) if place[2] else _DEFAULT_PORTS[scheme]
    if not 1 <= port <= _MAX_PORT:
        raise TargetRefused(f"the URL's port must be between 1 and {_MAX_PORT}")
    host, address = _host(place[1])
    return WebAddress(scheme, host, port, rest if rest.startswith("/") else f"/{rest}", address)


def _host(written: str) -> tuple[str, Address | None]:
    if written.startswith("["):
        address = _ipv6(written[1:-1])
        return str(address), address
    name = written.removesuffix(".")
    labels = name.split(".")
    if len(name) > _MAX_NAME or not all(map(_label, labels)):
        raise TargetRefused("the URL's host must be a name or an address, such as example.com")
    if _number(labels[-1]):  # no name ends in a number: the WHATWG's URL standard recognises IPv4 addresses by that
        four = _ipv4(name)
        return str(four), four
    return name, None


def _ipv4(written: str) -> IPv4Address:
    try:
        return IPv4Address(written)
    except AddressValueError:
        # Short, octal and hexadecimal forms mean different addresses to different readers.
        raise TargetRefused("the URL's IPv4 address must have four decimal numbers, such as 192.0.2.1") from None


def _ipv6(written: str) -> IPv6Address:
    try:
        address = IPv6Address(written)
    except AddressValueError:
        raise TargetRefused("the URL's host in brackets must be an IPv6 address, such as [2001:db8::1]") from None
    if address.scope_id is not None:
        raise TargetRefused("the URL's IPv6 address has a zone; leave out the % and what follows it")
    return address
