"""Which addresses a webhook may reach, in any notation, and that a name is resolved only once."""

import asyncio
import time
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numberkeep.domain.limits import MAX_URL
from numberkeep.domain.outbox.errors import DeliveryFailed, TargetRefused
from numberkeep.outbound.lookups import system_resolver
from numberkeep.outbound.targets import Targets


class Names:
    """A resolver with given answers, of which the last is repeated; it counts its calls."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the next answer."""
        self.asked.append((host, port))
        return self._answers[min(len(self.asked), len(self._answers)) - 1]


FORBIDDEN = [
    ("0.0.0.0", "an address of this host"),  # noqa: S104 - nothing is bound
    ("0.255.1.2", "an address of this host"),
    ("10.0.0.5", "a private address"),
    ("10.255.255.255", "a private address"),
    ("100.64.0.1", "a carrier's own network"),
    ("100.127.255.255", "a carrier's own network"),
    ("127.0.0.1", "a loopback address"),
    ("127.255.255.254", "a loopback address"),
    ("168.63.129.16", "the cloud's own network"),
    ("169.254.169.254", "a link-local address"),
    ("172.16.0.1", "a private address"),
    ("172.31.255.255", "a private address"),
    ("192.0.0.8", "a reserved address"),
    ("192.0.2.1", "for documentation"),
    ("192.88.99.1", "a reserved address"),
    ("192.168.1.1", "a private address"),
    ("198.18.0.1", "for benchmarks"),
    ("198.19.255.255", "for benchmarks"),
    ("198.51.100.7", "for documentation"),
    ("203.0.113.7", "for documentation"),
    ("224.0.0.1", "a multicast address"),
    ("239.255.255.255", "a multicast address"),
    ("240.0.0.1", "a reserved address"),
    ("255.255.255.255", "the broadcast address"),
    ("::", "an address of this host"),
    ("::1", "a loopback address"),
    ("::ffff:127.0.0.1", "a loopback address in IPv6 form"),
    ("::ffff:169.254.169.254", "a link-local address in IPv6 form"),
    ("::ffff:a00:5", "a private address in IPv6 form"),
    ("::127.0.0.1", "a loopback address in IPv6 form"),
    ("::ffff:0:7f00:1", "a reserved address"),
    ("64:ff9b::127.0.0.1", "a loopback address in IPv6 form"),
    ("64:ff9b::a9fe:a9fe", "a link-local address in IPv6 form"),
    ("64:ff9b:1::8.8.8.8", "a local translator"),
    ("100::1", "a reserved address"),
    ("2001::1", "an address of this host in IPv6 form"),
    ("2001:0:808:808::f5ff:fffa", "a private address in IPv6 form"),
    ("2001:0:a00:5::f7f7:f7f7", "a private address in IPv6 form"),
    ("2001:2::1", "a reserved address"),
    ("2001:10::1", "a reserved address"),
    ("2001:db8::1", "for documentation"),
    ("2002:7f00:1::", "a loopback address in IPv6 form"),
    ("2002:a9fe:a9fe::1", "a link-local address in IPv6 form"),
    ("3fff::1", "for documentation"),
    ("4000::1", "a reserved address"),
    ("5f00::1", "a reserved address"),
    ("fc00::1", "a private address"),
    ("fd12:3456:789a::1", "a private address"),
    ("fe80::1", "a link-local address"),
    ("febf::1", "a link-local address"),
    ("fec0::1", "a site-local address"),
    ("ff02::1", "a multicast address"),
]

FREE = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82f::200e",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]


def written(address: str) -> str:
    """Return the address as the host of a URL."""
    return f"[{address}]" if ":" in address else address


@pytest.mark.parametrize(("address", "kind"), FORBIDDEN)
async def test_a_forbidden_address_is_refused_in_a_url_and_in_dns(address: str, kind: str) -> None:
    """An address that is not globally reachable is refused, and the error names the fix."""
    names = Names([address])
    for url in (f"http://{written(address)}/x", "https://hook.test/x"):
        with pytest.raises(TargetRefused) as refused:
            await Targets(resolve=names).resolve("acme", url)
        assert kind in str(refused.value)
        assert str(refused.value).endswith("; allow its network by NUMBERKEEP_ALLOWED_NETWORKS")
        assert refused.value.permanent
    assert names.asked == [("hook.test", 443)]


@pytest.mark.parametrize("address", ["fe80::1%1", "2606:4700:4700::1111%1"])
async def test_a_link_local_address_is_refused(address: str) -> None:
    """In every range."""
    with pytest.raises(TargetRefused, match="an address of one link"):
        await Targets(resolve=Names([address])).resolve("acme", "https://hook.test/x")


@pytest.mark.parametrize("address", FREE)
async def test_a_global_address_is_allowed(address: str) -> None:
    """Including neighbors of forbidden networks, and IPv6 addresses that map to global IPv4 addresses."""
    for url in (f"https://{written(address)}", "https://hook.test"):
        pinned = await Targets(resolve=Names([address])).resolve("acme", url)
        assert pinned.addresses == (ip_address(address),)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook.test",
        "//hook.test",
        "ftp://hook.test/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
        "javascript:alert(1)",
        "http:/hook.test",
        "http:hook.test",
        "http://",
        "http:///x",
        "http://?x",
        "http://2130706433/",
        "http://017700000001/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.0.0.01/",
        "http://0x7f.1/",
        "http://0X7F.0.0.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://0/",
        "http://0x/",
        "http://1.2.3.4.5/",
        "http://256.1.1.1/",
        "http://hook.test.1/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://\u2460\u2461\u2466.0.0.1/",
        "http://127\u30020\u30020\u30021/",
        "http://\u217ccalhost/",
        "http://b\u00fccher.test/",
        "http://%31%32%37.0.0.1/",
        "http://%6cocalhost/",
        "http://localhost%00.hook.test/",
        "http://127.0.0.1%2f@hook.test/",
        "http://user@127.0.0.1/",
        "http://user:word@hook.test/",
        "http://@hook.test/",
        "http://evil.test#@127.0.0.1/",
        "http://127.0.0.1#.hook.test/",
        "http://127.0.0.1\\@evil.test/",
        "http:\\\\127.0.0.1\\",
        "http://8.8.8.8/\\x",
        "http://hook.test\\.127.0.0.1/",
        "http://hook.test/#part",
        " http://hook.test/",
        "http://hook.test/ x",
        "http://hook\ttest/",
        "http://127.0.0.1\n.hook.test/",
        "http://hook.test/\x00",
        "http://hook.test/\r\nx: y",
        "http://hook.test:0/",
        "http://hook.test:65536/",
        "http://hook.test:/",
        "http://hook.test:80:80/",
        "http://hook.test:-1/",
        "http://hook.test:\u0661/",
        "http://hook..test/",
        "http://hook.test../",
        "http://.hook.test/",
        "http://-hook.test/",
        "http://hook,test/",
        f"http://{'a' * 64}.test/",
        f"http://{'a.' * 127}test/",
        "http://[fe80::1%eth0]/",
        "http://[fe80::1%25eth0]/",
        "http://[::1%1]/",
        "http://[::1/",
        "http://::1/",
        "http://[127.0.0.1]/",
        "http://[v1.x]/",
        "http://[::ffff:0177.0.0.1]/",
        f"http://hook.test/{'a' * MAX_URL}",
    ],
)
async def test_an_ambiguous_url_is_refused_by_its_syntax(url: str) -> None:
    """A URL that parsers read differently is refused before DNS is queried, and is not repeated in the error."""
    names = Names(["8.8.8.8"])
    with pytest.raises(TargetRefused) as refused:
        await Targets(resolve=names).resolve("acme", url)
    assert not names.asked
    assert refused.value.permanent
    assert "evil" not in str(refused.value)
    assert "word" not in str(refused.value).replace("password", "")


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        ("http://user@hook.test/", "a user or a password; leave it out"),
        ("http://hook.test/#x", "a fragment; leave it out"),
        ("http://b\u00fccher.test/", "write the host as xn--"),
        ("http://127.1/", "four decimal numbers"),
        ("http://[fe80::1%1]/", "leave out the %"),
        ("http://hook.test:0/", "between 1 and 65535"),
        ("ftp://hook.test/", "http:// or https://"),
    ],
)
async def test_the_error_for_a_refused_url_names_the_fix(url: str, fix: str) -> None:
    """The reason says what to write instead."""
    with pytest.raises(TargetRefused) as refused:
        await Targets().resolve("acme", url)
    assert fix in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1.", "HTTP://127.0.0.1:8080?x", "http://[::FFFF:127.0.0.1]", "http://[0:0:0:0:0:0:0:1]:80/"],
)
async def test_other_notations_of_an_address_are_checked(url: str) -> None:
    """Trailing dots, capitals and long forms of an address make no difference."""
    with pytest.raises(TargetRefused, match="loopback"):
        await Targets(resolve=Names(["8.8.8.8"])).resolve("acme", url)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "LocalHost"])
async def test_names_are_resolved_by_the_system_and_the_answer_is_checked(host: str) -> None:
    """Including localhost."""
    with pytest.raises(TargetRefused, match="a loopback address"):
        await Targets().resolve("acme", f"http://{host}:8080/")
    assert set(await system_resolver("localhost", 80)) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("answer", [["8.8.8.8", "10.0.0.5"], ["10.0.0.5", "8.8.8.8"], ["2606:4700::1", "::1"]])
async def test_one_forbidden_address_refuses_the_name(answer: list[str]) -> None:
    """A name with a public and a private address is refused, in either order."""
    with pytest.raises(TargetRefused):
        await Targets(resolve=Names(answer)).resolve("acme", "https://hook.test/")


async def test_the_parts_of_a_url() -> None:
    """Path and query are unchanged; the host is lowercase; Host has the port unless it is the default."""
    names = Names(["8.8.8.8", "2606:4700::1", "8.8.8.8"])
    pinned = await Targets(resolve=names).resolve("acme", "HTTPS://Hook.Test.:8443/A%20b?C=@\u0064")
    assert (pinned.url.scheme, pinned.url.host, pinned.url.port) == ("https", "hook.test", 8443)
    assert pinned.url.target == "/A%20b?C=@d"
    assert pinned.url.authority == "hook.test:8443"
    assert pinned.addresses == (ip_address("8.8.8.8"), ip_address("2606:4700::1"))
    assert names.asked == [("hook.test", 8443)]
    mapped = await Targets(resolve=Names(["::ffff:8.8.8.8", "8.8.8.8"])).resolve("acme", "https://hook.test/")
    assert mapped.addresses == (ip_address("8.8.8.8"),)
    bare = await Targets(resolve=names).resolve("acme", "http://hook.test?x")
    assert (bare.url.authority, bare.url.target) == ("hook.test", "/?x")
    six = await Targets().resolve("acme", "https://[2606:4700::1]:444")
    assert six.url.authority == "[2606:4700::1]:444"


@pytest.mark.parametrize(
    ("network", "address"),
    [
        ("10.0.0.0/8", "10.0.0.5"),
        ("10.0.0.0/8", "::ffff:10.0.0.5"),
        ("10.0.0.0/8", "64:ff9b::10.0.0.5"),
        ("127.0.0.1/32", "127.0.0.1"),
        ("fd00::/8", "fd00::7"),
        ("::1/128", "::1"),
    ],
)
async def test_an_allowed_network_is_reachable(network: str, address: str) -> None:
    """But no address outside it."""
    targets = Targets([ip_network(network)], Names([address], [address, "192.168.0.1"]))
    await targets.resolve("acme", "http://hook.test/")
    with pytest.raises(TargetRefused, match="the host has a private address"):
        await targets.resolve("acme", "http://hook.test/")


@pytest.mark.parametrize("network", ["0.0.0.0/0", "10.0.0.0/8"])
async def test_an_allowed_ipv4_network_does_not_open_ipv6(network: str) -> None:
    """Allowing IPv4 addresses does not allow IPv6 addresses that do not map to them."""
    with pytest.raises(TargetRefused):
        await Targets([ip_network(network)], Names(["fd00::1"])).resolve("acme", "http://hook.test/")


async def test_a_teredo_address_is_allowed_only_if_both_its_ends_are() -> None:
    """It embeds two IPv4 addresses."""
    targets = Targets([ip_network("10.0.0.0/8")], Names(["2001:0:a00:5::f5ff:fffa"], ["2001:0:a00:5::3f57:fefe"]))
    await targets.resolve("acme", "http://hook.test/")
    with pytest.raises(TargetRefused):
        await targets.resolve("acme", "http://hook.test/")


async def test_an_unresolved_name_is_a_transient_failure() -> None:
    """The delivery is retried; the error does not contain the name."""

    async def nothing(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no address for hook.test")

    for resolve in (nothing, Names([]), Names(["rubbish"])):
        with pytest.raises(DeliveryFailed, match="does not resolve") as failed:
            await Targets(resolve=resolve).resolve("acme", "http://hook.test/secret")
        assert not failed.value.permanent
        assert not isinstance(failed.value, TargetRefused)
        assert "hook" not in str(failed.value)


async def test_resolving_has_a_time_limit() -> None:
    """An unresponsive name server is abandoned after the limit."""

    async def never(_host: str, _port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    begin = time.monotonic()
    with pytest.raises(DeliveryFailed, match=r"within 0\.05 s"):
        await Targets(resolve=never, limit=0.05).resolve("acme", "http://hook.test/")
    assert time.monotonic() - begin < 5


@settings(derandomize=True, max_examples=500)
@given(st.ip_addresses())
def test_addresses_that_python_considers_private_are_refused(address: object) -> None:
    """Every address that the standard library, in any release, calls private or similar is refused here too."""
    one = ip_address(str(address))
    if one.is_private or one.is_loopback or one.is_link_local or one.is_multicast or one.is_unspecified:
        with pytest.raises(TargetRefused):
            asyncio.run(Targets().resolve("acme", f"http://{written(str(one))}/"))


async def test_errors_do_not_contain_the_address_of_a_name() -> None:
    """Registering a webhook must not reveal what the operator's names resolve to; a literal address is shown."""
    for url, text in (("http://db.internal/", "the host has a private address"), ("http://10.1.2.3/", "10.1.2.3 is a")):
        with pytest.raises(TargetRefused, match=text) as refused:
            await Targets(resolve=Names(["10.1.2.3"])).resolve("acme", url)
        assert ("10.1.2.3" in str(refused.value)) == ("10.1.2.3" in url)
