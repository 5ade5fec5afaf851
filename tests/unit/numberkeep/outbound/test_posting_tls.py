"""That a pinned connection is still one to the name: its certificate is checked, and the server hears the name."""

import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_address

import pytest

from numberkeep.domain.errors import DeliveryFailed
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.targets import Pinned
from numberkeep.outbound.web_address import read_url
from support.certificates import OPENSSL, Certificate, new_certificate
from support.receiver import receiving

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="there is no program openssl to make a certificate with")

HERE = ip_address("127.0.0.1")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for two names, and for no address."""
    return new_certificate(tmp_path_factory.mktemp("tls"), "hook.test", "second.test")


@pytest.fixture
async def trusting(certificate: Certificate) -> AsyncIterator[Poster]:
    """A poster that trusts it."""
    poster = Poster(limit=2, tls=certificate.trusted())
    yield poster
    await poster.close()


def pinned(port: int, name: str) -> Pinned:
    """A target of that name on this host."""
    return Pinned(read_url(f"https://{name}:{port}/hook"), (HERE, HERE))


async def test_the_name_is_told_and_its_certificate_is_checked(certificate: Certificate, trusting: Poster) -> None:
    """The connection goes to the address, TLS speaks of the name; two names at one address share no connection."""
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
    """Who answers at the address must be who the URL names; after a name that fits, too, and only once is asked."""
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
    assert len(heard) == 3, "who is not who it should be is not looked for at the name's other addresses"


async def test_a_certificate_that_nobody_trusts_is_refused(certificate: Certificate, poster: Poster) -> None:
    """Without that trust the same certificate is none."""
    async with receiving(tls=certificate.server()) as receiver:
        with pytest.raises(DeliveryFailed, match=r"^the TLS certificate was refused$"):
            await poster.post_pinned(pinned(receiver.port, "hook.test"), b"", {})
    assert not receiver.requests


async def test_a_server_without_tls_is_told_so(trusting: Poster) -> None:
    """A port that does not speak TLS is another fault than a certificate."""
    async with receiving(b"") as receiver:
        receiver.greeting = b"220 hello\r\n"
        with pytest.raises(DeliveryFailed, match=r"^the TLS handshake failed$"):
            await trusting.post_pinned(pinned(receiver.port, "hook.test"), b"", {})


async def test_old_tls_is_refused(certificate: Certificate, trusting: Poster) -> None:
    """A handshake that fails for another reason than the certificate is told as such."""
    server = certificate.server()
    server.set_ciphers("AES256-SHA")
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    async with receiving(tls=server) as receiver:
        with pytest.raises(DeliveryFailed, match=r"^the TLS handshake failed$"):
            await trusting.post_pinned(pinned(receiver.port, "hook.test"), b"", {})
