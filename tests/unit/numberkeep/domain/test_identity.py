"""Contact ids, key pairs and the hash of a secret."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.identity import (
    NODE_BITS,
    Account,
    ApiKey,
    KeyPair,
    contact_id_at,
    contact_id_text,
    hash_secret,
    new_key_pair,
    parse_contact_id,
)

EPOCH_2020 = 1_577_836_800_000_000
LAST = EPOCH_2020 + 2 ** (63 - NODE_BITS) - 1
times = st.integers(EPOCH_2020, LAST)
nodes = st.integers(0, 2**NODE_BITS - 1)


@settings(derandomize=True)
@given(times, times, nodes, nodes)
def test_ids_increase_with_time_on_any_node(first: int, second: int, node: int, other: int) -> None:
    """A later contact has the greater id; two processes at the same time generate different ids."""
    ids = contact_id_at(first, node), contact_id_at(second, other)
    if first != second:
        assert (ids[0] < ids[1]) == (first < second)
    else:
        assert (ids[0] == ids[1]) == (node == other)


@settings(derandomize=True)
@given(times, nodes)
def test_an_id_and_its_text_round_trip(at: int, node: int) -> None:
    """Every id is a positive 63-bit number; its text has 16 hexadecimal digits."""
    contact_id = contact_id_at(at, node)
    assert 0 <= contact_id < 2**63
    text = contact_id_text(contact_id)
    assert re.fullmatch("[0-9a-f]{16}", text)
    assert parse_contact_id(text) == contact_id


@settings(derandomize=True)
@given(times, times)
def test_texts_sort_like_ids(first: int, second: int) -> None:
    """Comparing two ids as texts is the same as comparing them as numbers."""
    one, two = contact_id_at(first, 1), contact_id_at(second, 1)
    assert (contact_id_text(one) < contact_id_text(two)) == (one < two)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "000000000000000",
        "00000000000000000",
        "8000000000000000",
        "ffffffffffffffff",
        "00000000000000ZZ",
        "00000000000000AB",
        "0x00000000000001",
        "-000000000000001",
        " 000000000000001",
        "000000000000000\n",
        "0000_0000_0000_0",
        "\u0661" * 16,
    ],
)
def test_other_texts_are_not_ids(text: str) -> None:
    """Only the output of contact_id_text is accepted: no other length, case, sign, script or over 63 bits."""
    assert parse_contact_id(text) is None


def test_a_new_pair_is_random_and_fits_a_header() -> None:
    """Pairs differ in id and secret, and are printable ASCII; the secret has 256 bits."""
    pairs = [new_key_pair() for _ in range(50)]
    assert len({pair.key_id for pair in pairs}) == len({pair.secret for pair in pairs}) == 50
    assert all(re.fullmatch("nk_[0-9a-f]{16}", pair.key_id) for pair in pairs)
    assert all(re.fullmatch("[0-9a-f]{64}", pair.secret) for pair in pairs)


def test_the_hash_does_not_contain_the_secret() -> None:
    """The stored 32 bytes contain neither the secret's text nor its bytes."""
    pair = new_key_pair()
    assert len(pair.secret_hash) == 32
    assert pair.secret.encode() not in pair.secret_hash
    assert bytes.fromhex(pair.secret) != pair.secret_hash
    assert pair.secret_hash == hash_secret(pair.secret.encode())
    assert pair.secret_hash != KeyPair(pair.key_id, pair.secret + "x").secret_hash


def test_a_key_accepts_only_its_own_secret() -> None:
    """Not another secret, a part of it, the hash itself or nothing."""
    key = ApiKey("k", hash_secret(b"secret"), Account(1, "default", "US"), moment(0))
    assert key.opens_with(b"secret")
    wrong = [b"", b"Secret", b"secre", b"secret ", b"secret\0", key.secret_hash, key.secret_hash.hex().encode()]
    assert [key.opens_with(secret) for secret in wrong] == [False] * len(wrong)


def test_a_revoked_key_accepts_nothing() -> None:
    """Not even its own secret."""
    key = ApiKey("k", hash_secret(b"secret"), Account(1, "default", "US"), moment(0))
    assert not replace(key, revoked_at=moment(1)).opens_with(b"secret")
