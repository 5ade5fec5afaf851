"""Which addresses a webhook may reach: an account's URL must not lead into the operator's own network.

A host is resolved once, every address that comes back is checked, and the connection goes to what was checked:
whatever the name says a moment later is not asked.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import Final

from numberkeep.domain.errors import DeliveryFailed, TargetRefused
from numberkeep.outbound.networks import Address, Network, embedded, kind_of, plain
from numberkeep.outbound.web_address import WebAddress, read_url

RESOLVE_SECONDS: Final = 5.0
_HANGS_SECONDS: Final = 30.0
"""How long a name that took longer is not asked for again."""

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a host's name and a port, as text. Raises OSError where there are none."""


@dataclass(slots=True, frozen=True)
class Pinned:
    """A URL with the addresses that it may be reached at.

    Attributes:
        url: its parts.
        addresses: all were checked; to be tried in this order.
    """

    url: WebAddress
    addresses: tuple[Address, ...]


_threads = ThreadPoolExecutor(32, "webhook-names")
"""For names that anybody with a key may choose: lookups that hang keep no other work of the process waiting."""


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses that the system knows for a name."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_threads, look_up)
    return [str(place[0]) for *_, place in found]


class Targets:
    """Tells where a URL leads, if it may.

    Args:
        allowed: networks that may be reached although they are not globally reachable.
        resolve: what finds a name's addresses.
        limit: seconds for which it may do so.
    """

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        resolve: Resolver = system_resolver,
        limit: float = RESOLVE_SECONDS,
    ) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._limit = limit
        self._unknown: dict[str, float] = {}

    async def resolve(self, url: str) -> Pinned:
        """Where the URL leads now.

        Raises:
            TargetRefused: its form is wrong, or any of its host's addresses may not be reached.
            DeliveryFailed: its host has no address now; it may have one later.
        """
        parts = read_url(url)
        addresses = (parts.address,) if parts.address is not None else await self._addresses(parts)
        for address in addresses:
            kind = self._refused(address)
            if kind is not None:  # of a name only the kind is told: whoever asks may not know the network's addresses
                what = f"{address} is" if parts.address is not None else "the host has"
                raise TargetRefused(f"{what} {kind}; allow its network by NUMBERKEEP_ALLOWED_NETWORKS")
        return Pinned(parts, tuple(dict.fromkeys(plain(address) for address in addresses)))

    async def _addresses(self, parts: WebAddress) -> Sequence[Address]:
        # A thread that hangs is not given another of the same name to hang with.
        now = asyncio.get_running_loop().time()
        if self._unknown.get(parts.host, now) > now:
            raise DeliveryFailed("the host's name was not resolved a moment ago")
        try:
            async with asyncio.timeout(self._limit):
                found = [ip_address(text) for text in await self._resolve(parts.host, parts.port)]
        except TimeoutError:
            self._unknown = {host: until for host, until in self._unknown.items() if until > now}
            self._unknown[parts.host] = now + _HANGS_SECONDS
            raise DeliveryFailed(f"the host's name was not resolved within {self._limit:g} s") from None
        except (OSError, ValueError):
            found = []
        if not found:
            raise DeliveryFailed("the host's name does not resolve") from None
        return found

    def _refused(self, address: Address) -> str | None:
        """What kind of address it is, where it may not be reached."""
        # What an address leads to counts as well, so that to allow 10.0.0.0/8 allows ::ffff:10.0.0.5.
        if any(all(self._is_allowed(one) for one in ones) for ones in ((address,), embedded(address)) if ones):
            return None
        return kind_of(address)

    def _is_allowed(self, address: Address) -> bool:
        return any(address in network for network in self._allowed)
