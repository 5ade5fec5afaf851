"""How long the fault tests try their luck, and what their choices follow from."""

import random

import pytest

pytest.register_assert_rewrite("fault")  # the modules beside the tests, whose asserts are to say as much


@pytest.fixture
def rounds(effort: int) -> int:
    """The number of rounds of a fault test: 25, or 500 with --soak."""
    return 25 * effort


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of a fault test: another at every run, unless --fault-seed gives it."""
    given: int | None = request.config.getoption("--fault-seed")
    return random.SystemRandom().getrandbits(32) if given is None else given
