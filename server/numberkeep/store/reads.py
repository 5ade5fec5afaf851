"""How rows become the answer to each query; each engine has the statement for it, under the query's class.

Listings have their own statements: those of contacts in each engine's listing.py, of messages in message_pages.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from numberkeep.domain.jobs.job import VOID_LEASE
from numberkeep.domain.outbox.delivery import Agenda, Backlog, agenda_of
from numberkeep.domain.work.loaded import Tallies
from numberkeep.store import inbox_queries as inbox
from numberkeep.store import queries as q
from numberkeep.store.account_rows import account_of, key_of
from numberkeep.store.contact_queries import GetVerification, ListContactsOf
from numberkeep.store.inbox_rows import attempt_and_state_of, conversation_of, exchanged_of
from numberkeep.store.message_queries import GetMessage, GetReceivedMessage
from numberkeep.store.message_rows import message_of
from numberkeep.store.rows import (
    cause_text,
    delivery_of,
    entry_of,
    event_of,
    job_of,
    opted_out_of,
    record_of,
    review_of,
    verification_of,
    webhook_of,
)
from numberkeep.store.search_queries import CountUnindexed
from numberkeep.store.session_queries import GetSession, ListApiKeysOf, ListKeyUses
from numberkeep.store.session_rows import session_of

R = TypeVar("R")
Rows = Sequence[Sequence[Any]]


@dataclass(slots=True, frozen=True)
class Read(Generic[R]):
    """How a query is answered by one statement.

    Attributes:
        answer: returns the answer for the statement's rows and the query.
        values: returns the statement's parameters, in order.
        quick: whether the statement is a lookup by key of one row.
    """

    answer: Callable[[Rows, Any], R]
    values: Callable[[Any], tuple[Any, ...]]
    quick: bool = False


def _first(row_of: Callable[[Any], R]) -> Callable[[Rows, Any], R | None]:
    return lambda rows, _: row_of(rows[0]) if rows else None


def _every(row_of: Callable[[Any], R]) -> Callable[[Rows, Any], list[R]]:
    return lambda rows, _: list(map(row_of, rows))


def _account_id(row: Sequence[Any]) -> int:
    [account_id] = row
    return int(account_id)


def _job_key(row: Sequence[Any]) -> tuple[int, int]:
    account_id, job_id = row
    return account_id, job_id


def _day(row: Sequence[Any]) -> tuple[int, str, int]:
    day, type_, count = row
    return day, type_, count


def _data(row: Sequence[Any]) -> bytes:
    [data] = row
    return bytes(data)


def _agenda(rows: Rows, query: q.GetAgenda | q.GetAgendaOf) -> Agenda:
    return agenda_of(((row[0], row[1], row[2]) for row in rows), query.at)


READS: Final[Mapping[type[q.Query[Any]], Read[Any]]] = {
    q.GetContact: Read(_first(record_of), lambda it: (it.account_id, it.phone), quick=True),
    ListContactsOf: Read(_every(record_of), lambda it: (it.account_id, list(it.phones))),
    GetVerification: Read(_first(verification_of), lambda it: (it.account_id, it.phone), quick=True),
    q.GetTallies: Read(
        lambda rows, _: Tallies(*rows[0]) if rows else Tallies(), lambda it: (it.account_id,), quick=True
    ),
    q.ListMessages: Read(_every(message_of), lambda it: (it.account_id, it.limit)),
    GetMessage: Read(_first(message_of), lambda it: (it.account_id, it.message_id), quick=True),
    GetReceivedMessage: Read(_first(message_of), lambda it: (it.account_id, it.handle), quick=True),
    q.ListEvents: Read(_every(event_of), lambda it: (it.account_id, it.after, it.limit, it.max_bytes)),
    q.ListEventsOf: Read(_every(event_of), lambda it: (it.account_id, it.phone, it.limit)),
    q.ListEventsOfCause: Read(
        _every(event_of), lambda it: (it.account_id, cause_text(it.cause), it.first, it.before, it.limit)
    ),
    q.GetJob: Read(_first(job_of), lambda it: (it.account_id, it.job_id), quick=True),
    q.ListJobs: Read(_every(job_of), lambda it: (it.account_id, it.kind, it.before, it.limit)),
    q.GetJobPart: Read(_first(_data), lambda it: (it.account_id, it.job_id, it.name, it.place)),
    q.ListWaitingJobs: Read(_every(_job_key), lambda it: (it.at, it.at + VOID_LEASE)),
    q.ListOldJobs: Read(_every(_job_key), lambda it: (it.before,)),
    q.ListConsent: Read(_every(entry_of), lambda it: (it.account_id, it.after, it.limit)),
    q.ListConsentOf: Read(_every(entry_of), lambda it: (it.account_id, it.phone)),
    q.ListOptOuts: Read(lambda rows, _: dict(map(tuple, rows)), lambda it: (it.account_id,)),
    q.ListOptedOut: Read(_every(opted_out_of), lambda it: (it.account_id, it.after, it.limit)),
    q.ListOpenReviews: Read(_every(review_of), lambda it: (it.account_id, it.after, it.limit)),
    q.CountReviews: Read(
        lambda rows, _: (sum(row[0] for row in rows), sum(row[1] for row in rows)), lambda it: (it.at,)
    ),
    CountUnindexed: Read(lambda rows, _: sum(row[0] for row in rows), lambda _: ()),
    q.ListWebhooks: Read(_every(webhook_of), lambda it: (it.account_id,)),
    q.ListDeadDeliveries: Read(_every(delivery_of), lambda it: (it.account_id, it.limit)),
    q.ListFailingDeliveries: Read(_every(delivery_of), lambda it: (it.account_id, it.limit)),
    q.GetAgenda: Read(_agenda, lambda _: ()),
    q.GetAgendaOf: Read(_agenda, lambda it: (list(it.account_ids),)),
    q.ListAccountsWithOldEvents: Read(_every(_account_id), lambda it: (it.before,)),
    q.ListAccountsWithOldDeliveries: Read(_every(_account_id), lambda it: (it.before,)),
    q.GetBacklog: Read(lambda rows, _: Backlog(*rows[0]), lambda _: ()),
    inbox.ListConversations: Read(_every(conversation_of), lambda it: (it.account_id, it.before, it.limit)),
    inbox.ListThread: Read(_every(exchanged_of), lambda it: (it.account_id, it.phone, it.before, it.limit)),
    inbox.ListOpenReviewsOf: Read(_every(review_of), lambda it: (it.account_id, it.phone)),
    inbox.ListAttempts: Read(
        _every(attempt_and_state_of), lambda it: (it.account_id, it.webhook_id, it.before, it.limit)
    ),
    inbox.CountDeliveries: Read(lambda rows, _: tuple(rows[0]), lambda it: (it.account_id, it.target, it.most)),
    inbox.ListDays: Read(_every(_day), lambda it: (it.account_id, it.first)),
    q.GetAccount: Read(_first(account_of), lambda it: (it.name,), quick=True),
    q.GetAccountById: Read(_first(account_of), lambda it: (it.account_id,), quick=True),
    q.GetAccountBySigningHash: Read(_first(account_of), lambda it: (it.signing_hash,), quick=True),
    q.ListAccounts: Read(_every(account_of), lambda _: ()),
    q.GetApiKey: Read(_first(key_of), lambda it: (it.key_id,), quick=True),
    q.ListApiKeys: Read(_every(key_of), lambda _: ()),
    ListApiKeysOf: Read(_every(key_of), lambda it: (it.account_id,)),
    ListKeyUses: Read(lambda rows, _: dict(map(tuple, rows)), lambda it: (it.account_id,)),
    GetSession: Read(_first(session_of), lambda it: (it.account_id, it.session_id), quick=True),
}
