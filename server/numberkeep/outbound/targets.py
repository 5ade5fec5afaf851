"""Checks which addresses a webhook may reach: an account's URL must not lead into the operator's own network.

A host is resolved once, every address is checked, and the connection goes to a checked address. The name is not
resolved a second time.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from numberkeep.domain.outbox.errors import DeliveryFailed, NetworkRefused
from numberkeep.outbound.lookups import Lookups, Resolver, system_resolver
from numberkeep.outbound.networks import Address, Network, embedded, kind_of, plain
from numberkeep.outbound.web_address import WebAddress, read_url

RESOLVE_SECONDS: Final = 5.0


@dataclass(slots=True, frozen=True)
class Pinned:
    """A URL with the addresses at which it may be reached.

    Attributes:
        url: its parts.
        addresses: checked addresses, to be tried in this order.
    """

    url: WebAddress
    addresses: tuple[Address, ...]


class Targets:
    """Resolves URLs and checks where they lead.

    Args:
        allowed: networks that may be reached although they are not globally reachable.
        resolve: returns a name's addresses.
        limit: the most seconds that it may take.
    """

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        resolve: Resolver = system_resolver,
        limit: float = RESOLVE_SECONDS,
    ) -> None:
        self._allowed = tuple(allowed)
        self._lookups = Lookups(resolve)
        self._limit = limit

    async def resolve(self, account: str, url: str) -> Pinned:
        """Return the URL with its host's addresses at this moment.

        Args:
            account: the name of the account whose URL it is; its slow names delay only its own.
            url: the URL.

        Raises:
            TargetRefused: its form is wrong, or (NetworkRefused) any of its host's addresses may not be reached.
            DeliveryFailed: its host has no address at this moment.
        """
        parts = read_url(url)
        addresses = (parts.address,) if parts.address is not None else await self._addresses(account, parts)
        for address in addresses:
            kind = self._refused(address)
            if kind is not None:  # for a name report only the kind: the caller must not learn the network's addresses
                what = f"{address} is" if parts.address is not None else "the host has"
                raise NetworkRefused(f"{what} {kind}; allow its network by NUMBERKEEP_ALLOWED_NETWORKS")
        return Pinned(parts, tuple(dict.fromkeys(plain(address) for address in addresses)))

    async def _addresses(self, account: str, parts: WebAddress) -> Sequence[Address]:
        try:
            async with asyncio.timeout(self._limit):
                texts = await self._lookups.addresses(account, parts.host, parts.port)
            found = [ip_address(text) for text in texts]
        except TimeoutError:
            raise DeliveryFailed(f"the host's name was not resolved within {self._limit:g} s") from None
        except (OSError, ValueError):
            found = []
        if not found:
            raise DeliveryFailed("the host's name does not resolve") from None
        return found

    def _refused(self, address: Address) -> str | None:
        """Return the kind of an address that may not be reached; None for one that may."""
        # An embedded IPv4 address counts too: allowing 10.0.0.0/8 allows ::ffff:10.0.0.5.
        if any(all(self._is_allowed(one) for one in ones) for ones in ((address,), embedded(address)) if ones):
            return None
        return kind_of(address)

    def _is_allowed(self, address: Address) -> bool:
        return any(address in network for network in self._allowed)
