"""Request ids."""

import pytest

from numberkeep.http.request_ids import request_id_for


@pytest.mark.parametrize("given", [b"mine", b"!", b"~" * 128])
def test_a_valid_id_of_the_caller_is_used(given: bytes) -> None:
    """Printable ASCII without blanks, up to 128 characters."""
    assert request_id_for(given) == given.decode()


@pytest.mark.parametrize("given", [b"", b" ", b"a b", b"a\n", b"\xc3\xa5", b"~" * 129])
def test_an_invalid_id_is_replaced_by_a_random_one(given: bytes) -> None:
    """Random, so that forked workers do not repeat each other's."""
    assert len({request_id_for(given) for _ in range(1000)}) == 1000
