"""The rounds and the seed of the fault tests."""

import random

import pytest

pytest.register_assert_rewrite("fault")  # for the asserts in the modules beside the tests


@pytest.fixture
def rounds(effort: int) -> int:
    """Return the number of rounds of a fault test: 10, or 500 with --soak."""
    return 10 if effort == 1 else 25 * effort


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Return the seed of a fault test: a new one at every run, unless --fault-seed sets it."""
    given: int | None = request.config.getoption("--fault-seed")
    return random.SystemRandom().getrandbits(32) if given is None else given
