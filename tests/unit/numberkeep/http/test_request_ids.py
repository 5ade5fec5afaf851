"""The ids of requests."""

import pytest

from numberkeep.http.request_ids import request_id_for


@pytest.mark.parametrize("given", [b"mine", b"!", b"~" * 128])
def test_the_callers_id_is_kept(given: bytes) -> None:
    """Printable ASCII without blanks, up to 128 characters."""
    assert request_id_for(given) == given.decode()


@pytest.mark.parametrize("given", [b"", b" ", b"a b", b"a\n", b"\xc3\xa5", b"~" * 129])
def test_another_gets_a_random_one(given: bytes) -> None:
    """No two are the same, so that those of forked workers are not either."""
    assert len({request_id_for(given) for _ in range(1000)}) == 1000
