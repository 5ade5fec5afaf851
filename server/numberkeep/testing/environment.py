"""The environment variables of this process: set for clients during a test, and inherited by the service."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

_CLIENT_HEADERS: Final = "SENDBLUE_API_CUSTOM_HEADERS"
"""Headers that clients add to each request: they may contain the keys of another account."""

_NOT_INHERITED: Final = (
    "NUMBERKEEP_",  # settings of another service
    "SENDBLUE_API_",
    "COV_CORE_",  # the coverage of the suite is not the service's, which would start slowly
    "COVERAGE_",
    "PYTHONWARNINGS",  # made errors for the suite's own code
    "PYTHONDONTWRITEBYTECODE",  # without compiled files each start compiles everything
)


@contextmanager
def client_environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables in a block, without headers that clients would add; restore all of them afterwards."""
    before = {name: os.environ.get(name) for name in (*variables, _CLIENT_HEADERS)}
    os.environ.update(variables)
    os.environ.pop(_CLIENT_HEADERS, None)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def service_environment(settings: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment of a service: this process's, without any setting but those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    return {**inherited, **settings}
