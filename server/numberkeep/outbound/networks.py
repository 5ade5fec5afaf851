"""The addresses that webhooks may not reach: all that are not globally reachable.

They are listed here because what `ipaddress` considers global differs between patch releases of Python. Source: the
IANA IPv4 and IPv6 Special-Purpose Address Registries and the IANA IPv6 address space, of which only 2000::/3 is in use.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK: Final = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))

_IPV4: Final = tuple(
    (IPv4Network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "an address of this host"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "an address of a carrier's own network"),
        ("127.0.0.0/8", "a loopback address"),
        ("168.63.129.16/32", "an address of the cloud's own network"),  # Azure's: it is on every virtual machine there
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.88.99.0/24", "a reserved address"),  # relays of 6to4, which no longer exist
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("255.255.255.255/32", "the broadcast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)

_IPV6: Final = tuple(
    (IPv6Network(network), kind)
    for network, kind in (
        ("::/128", "an address of this host"),
        ("::1/128", "a loopback address"),
        ("64:ff9b:1::/48", "an address of a local translator"),  # the place of the IPv4 address in it varies
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
        ("2001::/23", "a reserved address"),  # IETF protocol assignments: ORCHID, benchmarks, AMT, AS112 and so on
        ("2001:db8::/32", "an address for documentation"),
        ("3fff::/20", "an address for documentation"),
    )
)

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")

_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_COMPATIBLE: Final = IPv6Network("::/96")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_6TO4: Final = IPv6Network("2002::/16")
_TEREDO: Final = IPv6Network("2001::/32")
_LOW: Final = 0xFFFF_FFFF


def plain(address: Address) -> Address:
    """Return the address, or the IPv4 address that an IPv4-mapped IPv6 address contains."""
    if isinstance(address, IPv6Address) and address in _MAPPED:
        return IPv4Address(int(address) & _LOW)
    return address


def kind_of(address: Address) -> str | None:
    """Return the kind of an address that is not globally reachable, such as "a private address"; None for others.

    An IPv6 address that leads to an IPv4 address has the kind of the latter.
    """
    if isinstance(address, IPv4Address):
        return next((kind for network, kind in _IPV4 if address in network), None)
    if address.scope_id is not None:
        return "an address of one link"
    known = next((kind for network, kind in _IPV6 if address in network and address not in _TEREDO), None)
    if known is not None:
        return known
    inside = embedded(address)
    if inside:
        return next((f"{kind} in IPv6 form" for kind in map(kind_of, inside) if kind is not None), None)
    return None if address in _GLOBAL_UNICAST else "a reserved address"


def embedded(address: Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses that an IPv6 address leads to: mapped, compatible, NAT64, 6to4 or Teredo; else none."""
    if isinstance(address, IPv4Address):
        return ()
    bits = int(address)
    if any(address in network for network in (_MAPPED, _COMPATIBLE, _NAT64)):
        return (IPv4Address(bits & _LOW),)
    if address in _6TO4:
        return (IPv4Address(bits >> 80 & _LOW),)
    if address in _TEREDO:  # the server's, and the client's with every bit inverted (RFC 4380, section 4)
        return (IPv4Address(bits >> 64 & _LOW), IPv4Address(~bits & _LOW))
    return ()
