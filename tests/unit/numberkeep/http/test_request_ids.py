"""What requests are called."""

import os

import pytest

from numberkeep.http.request_ids import request_id_for


@pytest.mark.parametrize("given", [b"mine", b"!", b"~" * 128])
def test_the_callers_id_is_kept(given: bytes) -> None:
    """Printable ASCII without blanks, up to 128 characters."""
    assert request_id_for(given) == given.decode()


@pytest.mark.parametrize("given", [b"", b" ", b"a b", b"a\n", b"\xc3\xa5", b"~" * 129])
def test_another_gets_one_of_our_own(given: bytes) -> None:
    """None comes twice."""
    assert len({request_id_for(given) for _ in range(1000)}) == 1000


def test_a_forked_process_has_its_own() -> None:
    """Workers begin as copies of one process, and all of them write to one log."""
    request_id_for(b"")
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, request_id_for(b"").encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100).decode().partition("-")[0] != request_id_for(b"").partition("-")[0]
    os.close(reading)
    os.close(writing)
