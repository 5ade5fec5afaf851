"""The pytest plugin: fixtures for a service in test mode, and an account of it for each test.

pytest loads this module in every run, so it imports nothing before a fixture is used.
"""

from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from numberkeep.testing import Account, Service

_SHOWN: Final = 10
"""How many calls the report of a failed test shows."""

_HELP: Final = "use the numberkeep at this URL, in test mode, instead of starting one"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--numberkeep-url`, and the same in the configuration file."""
    parser.getgroup("numberkeep").addoption("--numberkeep-url", metavar="URL", help=_HELP)
    parser.addini("numberkeep_url", _HELP, default="")


@pytest.fixture(scope="session")
def numberkeep_service(pytestconfig: pytest.Config) -> Iterator["Service"]:
    """Return a service in test mode: one for the session, and one for each worker of pytest-xdist."""
    from numberkeep.testing import Service  # noqa: PLC0415 - when it is used

    with Service(
        pytestconfig.getoption("--numberkeep-url") or pytestconfig.getini("numberkeep_url") or None
    ) as service:
        yield service


@pytest.fixture
def numberkeep(numberkeep_service: "Service") -> Iterator["Account"]:
    """Return an account of its own for the test; `SENDBLUE_API_*` name it until the test ends."""
    with numberkeep_service.account() as account:
        yield account


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the last calls of the account to the report of a failed test."""
    report = yield
    account: Account | None = getattr(item, "funcargs", {}).get("numberkeep")
    if account is not None and report.when == "call" and report.failed:
        with suppress(Exception):  # whatever it is, the test's own failure is what counts
            calls = account.calls
            if calls:
                lines = [str(call) for call in calls[-_SHOWN:]]
                left_out = [f"({len(calls) - _SHOWN} earlier calls)"] if len(calls) > _SHOWN else []
                report.sections.append(("numberkeep calls", "\n".join(left_out + lines)))
    return report
