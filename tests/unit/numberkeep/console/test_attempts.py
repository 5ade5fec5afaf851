"""How often somebody may try to sign in."""

from contextlib import suppress

import pytest

from numberkeep.console import attempts
from numberkeep.console.attempts import PER_ADDRESS, PER_KEY, PERIOD, Attempts, TooManyAttempts
from numberkeep.domain.errors import InvalidCredentials


class Guessing:
    """Attempts with a clock that tests set."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.attempts = Attempts(lambda: self.now)

    def may(self, address: str = "192.0.2.1", key_id: str = "nk_1") -> bool:
        """Return whether an attempt is permitted."""
        try:
            with self.attempts.one(address, key_id):
                return True
        except TooManyAttempts:
            return False

    def fail(self, times: int, address: str = "192.0.2.1", key_id: str = "nk_1") -> None:
        """Fail to sign in."""
        for _ in range(times):
            with suppress(TooManyAttempts, InvalidCredentials), self.attempts.one(address, key_id):
                raise InvalidCredentials


@pytest.fixture
def guessing() -> Guessing:
    """Return attempts without failures."""
    return Guessing()


def test_a_key_id_has_so_many_attempts(guessing: Guessing) -> None:
    """From whatever addresses; other key ids go on."""
    for n in range(PER_KEY):
        assert guessing.may(f"192.0.2.{n}")
        guessing.fail(1, f"192.0.2.{n}")
    assert not guessing.may("198.51.100.1")
    assert guessing.may("198.51.100.1", "nk_2")


def test_an_address_has_so_many_attempts(guessing: Guessing) -> None:
    """With whatever key ids; other addresses go on."""
    for n in range(PER_ADDRESS):
        assert guessing.may(key_id=f"nk_{n}")
        guessing.fail(1, key_id=f"nk_{n}")
    assert not guessing.may(key_id="nk_other")
    assert guessing.may("198.51.100.1", "nk_other")


def test_failures_are_forgotten_one_by_one(guessing: Guessing) -> None:
    """Not all at once: a guesser never gets more than the rate."""
    guessing.fail(PER_KEY)
    assert not guessing.may()
    guessing.now += PERIOD / PER_KEY
    assert guessing.may()
    guessing.fail(1)
    assert not guessing.may()


def test_the_error_says_when_to_try_again(guessing: Guessing) -> None:
    """In words, and in the header for programs."""
    guessing.fail(PER_KEY)
    with pytest.raises(TooManyAttempts) as refused, guessing.attempts.one("192.0.2.1", "nk_1"):
        pass
    assert refused.value.message == "Too many sign-ins have failed: try again in a minute."
    assert dict(refused.value.headers)[b"retry-after"] == b"30"


def test_the_memory_is_bounded(guessing: Guessing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The names that failed least recently are forgotten, not the most recent ones."""
    monkeypatch.setattr(attempts, "_MOST", 10)
    guessing.fail(PER_KEY, key_id="nk_target")
    for n in range(30):
        guessing.fail(1, f"192.0.2.{n}", f"nk_{n}")
    assert len(guessing.attempts._keys._of) == len(guessing.attempts._addresses._of) == 10
    guessing.fail(PER_KEY, key_id="nk_target")
    assert not guessing.may(key_id="nk_target")
