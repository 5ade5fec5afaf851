"""The reads of an account's keys and sessions of the console, as values; see queries.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from numberkeep.domain.identity import ApiKey
from numberkeep.domain.session import Session
from numberkeep.store.queries import Query


@dataclass(slots=True)
class ListApiKeysOf(Query[Sequence[ApiKey]]):
    """The account's keys, revoked ones too, oldest first."""

    account_id: int


@dataclass(slots=True)
class ListKeyUses(Query[Mapping[str, int]]):
    """When each of the account's keys was used last, to the minute, microseconds since 1970; unused keys are not in."""

    account_id: int


@dataclass(slots=True)
class GetSession(Query[Session | None]):
    """The account's session of the console with this id."""

    account_id: int
    session_id: int
