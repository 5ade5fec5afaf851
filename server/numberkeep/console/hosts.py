"""The names under which browsers may reach the console.

A page of an attacker can give its own name the address of this machine (DNS rebinding); the browser then takes the
console for a part of that page. The name is still in the Host header, so only known ones are accepted. An address
cannot be rebound.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from numberkeep.http.loopback import is_loopback
from numberkeep.http.request_errors import HttpError

_ANY: Final = ("0.0.0.0", "::", "")  # noqa: S104 - nothing listens


class WrongHost(HttpError):
    """The console does not answer to this name."""

    def __init__(self, host: str) -> None:
        super().__init__(
            421,
            f"The console does not answer to the name {host[:80]!r}: open it at the address that `numberkeep serve` "
            "prints, or set NUMBERKEEP_PUBLIC_URL to the URL that you use.",
        )


@dataclass(slots=True, frozen=True)
class Hosts:
    """The names.

    Attributes:
        listens_on: the host that the service listens on.
        public_url: the URL under which people reach the service; `""` if there is no other.
    """

    listens_on: str = "127.0.0.1"
    public_url: str = ""

    def check(self, header: bytes | None) -> None:
        """Check a Host header.

        Raises:
            WrongHost: the console does not answer to the name.
        """
        given = (header or b"").decode("latin-1")
        host = host_of(given)
        known = {self.listens_on.lower(), self._public}
        if not host or not (is_loopback(host) or host in known or self._is_address(host)):
            raise WrongHost(given)

    def is_secure(self, header: bytes | None) -> bool:
        """Return whether a browser that sent this Host header has used https."""
        return self.public_url.startswith("https:") and host_of((header or b"").decode("latin-1")) == self._public

    @property
    def _public(self) -> str | None:
        return urlsplit(self.public_url).hostname if self.public_url else None

    def _is_address(self, host: str) -> bool:
        """Return whether it is an address, and the service listens on all."""
        if self.listens_on not in _ANY:
            return False
        try:
            ip_address(host)
        except ValueError:
            return False
        return True


def host_of(header: str) -> str:
    """Return the host in a Host header, without the port; `""` if it is not valid."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""
