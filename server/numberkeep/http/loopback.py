"""Hosts that are this machine itself."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Return whether a host, a name or an IP address, is this machine itself, for browsers as for the service."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
