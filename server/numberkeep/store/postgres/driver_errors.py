"""The errors of the driver: which connection they concern, and what callers get instead."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg

from numberkeep.domain.errors import StoreUnavailable, StoreUnusable

DRIVER_ERRORS: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""All errors of the driver; TimeoutError is an OSError."""

_LOST: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # raised by a connection that the server ended, before the driver has noticed
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
)
_NOT_LOST: Final = (
    TimeoutError,
    ValueError,  # a value that the driver cannot encode is an InterfaceError too
    asyncpg.QueryCanceledError,
)
_OF_NODE: Final = ("08", "53", "57")
"""The classes of the errors by which a node of Citus shows that it cannot work: connection, resources, operator."""

_NODE: Final = re.compile(r"the remote node (?:\S+@)?(\S+:\d+)")


def is_lost(error: BaseException) -> bool:
    """Return whether the connection is at fault, and not the statement, a slow server or a remote node."""
    return isinstance(error, _LOST) and not isinstance(error, _NOT_LOST) and not ended_statement(error)


def ended_statement(error: BaseException) -> bool:
    """Return whether the server reported the error and kept the connection.

    After a FATAL error it closes the connection. On Citus, the coordinator reports a lost connection to another node as
    an ERROR with the code of a lost connection.
    """
    return isinstance(error, asyncpg.PostgresError) and getattr(error, "severity_en", None) == "ERROR"


def is_of_node(error: BaseException | None) -> bool:
    """Return whether a node of Citus may be at fault, which the coordinator has tried to reach."""
    if error is None or isinstance(error, TimeoutError):
        return error is not None
    return ended_statement(error) and str(getattr(error, "sqlstate", "")).startswith(_OF_NODE)


def node_of(error: BaseException | None) -> str | None:
    """Return the node, as `host:port`, that Citus could not reach; None if the error names none."""
    found = _NODE.search(str(error)) if is_of_node(error) else None
    return found[1] if found else None


def reason(error: BaseException) -> str:
    """Return the kind of error, without the server's text, which may contain a contact's data."""
    node = node_of(error)
    if node:
        return f"the Citus node {node} cannot be reached: start it, then try again"
    code = getattr(error, "sqlstate", None)
    return f"{type(error).__name__} ({code})" if code else type(error).__name__


@contextmanager
def unavailable_on_error() -> Iterator[None]:
    """Turn errors of the driver into StoreUnavailable."""
    try:
        yield
    except DRIVER_ERRORS as error:
        raise StoreUnavailable(reason(error)) from error


@contextmanager
def unusable_on_error() -> Iterator[None]:
    """Turn errors of the driver while a store is opened into StoreUnusable.

    The error has the server's text: no request has run yet, so it cannot contain a contact's data.
    """
    try:
        yield
    except (ValueError, *DRIVER_ERRORS) as error:
        said = str(error) or reason(error)
        raise StoreUnusable(
            f"cannot use the PostgreSQL database: {said}; check its URL, and that the server runs"
        ) from error
