"""TLS to a pinned address: the certificate is verified for the name, and SNI carries the name."""

import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_address

import pytest

from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.targets import Pinned
from numberkeep.outbound.web_address import read_url
from support.certificates import OPENSSL, Certificate, new_certificate
from support.receiver import receiving

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed, so no certificate can be created")

HERE = ip_address("127.0.0.1")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Return a certificate for two names, and for no address."""
    return new_certificate(tmp_path_factory.mktemp("tls"), "hook.test", "second.test")


@pytest.fixture
async def trusting(certificate: Certificate) -> AsyncIterator[Poster]:
    """Return a poster that trusts it."""
    poster = Poster(limit=2, tls=certificate.trusted())
    yield poster
    await poster.close()


def pinned(port: int, name: str) -> Pinned:
    """Return a target with this name on this host."""
    return Pinned(read_url(f"https://{name}:{port}/hook"), (HERE, HERE))


async def test_sni_carries_the_name_and_its_certificate_is_verified(certificate: Certificate, trusting: Poster) -> None:
    """The connection goes to the address; two names at one address share no connection."""
    heard: list[str | None] = []
    server = certificate.server()
    server.sni_callback = lambda _socket, name, _context: heard.append(name)
    async with receiving(tls=server) as receiver:
        for name in ("hook.test", "second.test", "hook.test"):
            await trusting.post_pinned(pinned(receiver.port, name), b"", {})
    assert heard == ["hook.test", "second.test", "hook.test"]
    assert [request.headers["host"] for request in receiver.requests] == [
        f"{name}:{receiver.port}" for name in ("hook.test", "second.test", "hook.test")
    ]
    assert [request.connection for request in receiver.requests] == [1, 2, 3]


async def test_a_certificate_for_another_name_is_refused(certificate: Certificate, trusting: Poster) -> None:
    """Also after a connection under the right name; only one attempt is made."""
    heard: list[str | None] = []
    server = certificate.server()
    server.sni_callback = lambda _socket, name, _context: heard.append(name)
    async with receiving(tls=server) as receiver:
        await trusting.post_pinned(pinned(receiver.port, "hook.test"), b"", {})
        for name in ("other.test", "127.0.0.1"):
            with pytest.raises(DeliveryFailed, match=r"^the TLS certificate was refused$") as failed:
                await trusting.post_pinned(pinned(receiver.port, name), b"", {})
            assert not failed.value.permanent
    assert len(receiver.requests) == 1
    assert len(heard) == 3, "after a wrong certificate the name's other addresses are not tried"


async def test_an_untrusted_certificate_is_refused(certificate: Certificate, poster: Poster) -> None:
    """The same certificate fails without its authority."""
    async with receiving(tls=certificate.server()) as receiver:
        with pytest.raises(DeliveryFailed, match=r"^the TLS certificate was refused$"):
            await poster.post_pinned(pinned(receiver.port, "hook.test"), b"", {})
    assert not receiver.requests


async def test_a_server_without_tls_is_reported(trusting: Poster) -> None:
    """The message differs from that of a bad certificate."""
    async with receiving(b"") as receiver:
        receiver.greeting = b"220 hello\r\n"
        with pytest.raises(DeliveryFailed, match=r"^the TLS handshake failed$"):
            await trusting.post_pinned(pinned(receiver.port, "hook.test"), b"", {})


async def test_old_tls_is_refused(certificate: Certificate, trusting: Poster) -> None:
    """A handshake that fails for a reason other than the certificate has its own message."""
    server = certificate.server()
    server.set_ciphers("AES256-SHA")
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    async with receiving(tls=server) as receiver:
        with pytest.raises(DeliveryFailed, match=r"^the TLS handshake failed$"):
            await trusting.post_pinned(pinned(receiver.port, "hook.test"), b"", {})
