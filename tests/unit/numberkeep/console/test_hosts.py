"""The names under which browsers may reach the console."""

import pytest

from numberkeep.console.hosts import Hosts, WrongHost


def accepts(hosts: Hosts, header: str) -> bool:
    """Return whether a Host header is accepted."""
    try:
        hosts.check(header.encode())
    except WrongHost:
        return False
    return True


@pytest.mark.parametrize(
    "header", ["localhost", "localhost:8181", "127.0.0.1:8181", "127.1.2.3", "[::1]:8181", "LOCALHOST"]
)
def test_loopback_is_always_accepted(header: str) -> None:
    """At any port: it may be forwarded."""
    assert accepts(Hosts("192.0.2.1"), header)


@pytest.mark.parametrize(
    "header",
    ["evil.example", "evil.example:8181", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", "", "[::1"],
)
def test_other_names_are_refused(header: str) -> None:
    """A page of an attacker may have given its name the address of this machine."""
    assert not accepts(Hosts("127.0.0.1"), header)


def test_a_missing_header_is_refused() -> None:
    """Browsers always send it."""
    with pytest.raises(WrongHost):
        Hosts("0.0.0.0").check(None)  # noqa: S104 - nothing listens


@pytest.mark.parametrize("header", ["", "[::1", "evil.example:port]"])
def test_what_is_no_name_is_refused_wherever_it_listens(header: str) -> None:
    """Also by a service that listens on all addresses because its host is empty."""
    assert not accepts(Hosts(""), header)


def test_the_host_that_it_listens_on_is_accepted() -> None:
    """A name or an address."""
    assert accepts(Hosts("Numberkeep.lan"), "numberkeep.lan:8181")
    assert accepts(Hosts("192.0.2.1"), "192.0.2.1:8181")
    assert not accepts(Hosts("192.0.2.1"), "192.0.2.2:8181")


def test_every_address_is_accepted_if_it_listens_on_all() -> None:
    """A name can be rebound, an address cannot."""
    hosts = Hosts("0.0.0.0")  # noqa: S104 - nothing listens
    assert accepts(hosts, "192.0.2.9:8181")
    assert accepts(hosts, "[2001:db8::1]")
    assert not accepts(hosts, "evil.example")


def test_the_public_name_is_accepted_and_may_be_secure() -> None:
    """A browser on the machine itself uses http all the same, so its cookies are not for https alone."""
    hosts = Hosts("127.0.0.1", "https://contacts.example/base")
    assert accepts(hosts, "contacts.example")
    assert accepts(hosts, "localhost:8181")
    assert not accepts(hosts, "other.example")
    assert hosts.is_secure(b"contacts.example")
    assert not hosts.is_secure(b"localhost:8181")
    assert not Hosts("127.0.0.1", "http://contacts.example").is_secure(b"contacts.example")
