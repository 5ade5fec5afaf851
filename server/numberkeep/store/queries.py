"""Every read of a store, as a value; the answer's type is the query's parameter."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from numberkeep.domain.consent.ledger import ConsentEntry, OptedOut
from numberkeep.domain.consent.review import Review
from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.contacts.listing import ListQuery, Page
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.jobs.job import Job
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.delivery import Agenda, Backlog, Delivery
from numberkeep.domain.stamp import Cause
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.domain.work.loaded import Tallies

R_co = TypeVar("R_co", covariant=True)


class Query(Generic[R_co]):
    """A read whose answer is of type R_co."""

    __slots__ = ()


@dataclass(slots=True)
class GetContact(Query[ContactRecord | None]):
    """The account's contact with this number."""

    account_id: int
    phone: str


@dataclass(slots=True)
class ListContacts(Query[Page]):
    """One page of the account's contacts.

    `next` is set exactly when more contacts follow, and leads to them whatever is created or deleted in between:
    nothing that stays is skipped, nothing comes twice.
    """

    account_id: int
    query: ListQuery


@dataclass(slots=True)
class GetTallies(Query[Tallies]):
    """The account's stored counters; all 0 if the account does not exist."""

    account_id: int


@dataclass(slots=True)
class ListMessages(Query[Sequence[Message]]):
    """The account's newest messages, newest first."""

    account_id: int
    limit: int


@dataclass(slots=True)
class ListEvents(Query[Sequence[Event]]):
    """The account's first `limit` events with numbers over `after`.

    Only the first ones are read whose stored texts have `max_bytes` in all, and at least one.
    Events become visible in the order of their numbers: when one is seen, all before it are, or they were deleted.
    """

    account_id: int
    after: int
    limit: int
    max_bytes: int = MAX_INTEGER


@dataclass(slots=True)
class ListEventsOf(Query[Sequence[Event]]):
    """The last `limit` events about a number, newest first; read by key lookups, however long the log is."""

    account_id: int
    phone: str
    limit: int


@dataclass(slots=True)
class ListEventsOfCause(Query[Sequence[Event]]):
    """The last `limit` events with a cause among those with numbers from `first` to below `before`, newest first.

    Every event with such a number is read.
    """

    account_id: int
    cause: Cause
    first: int
    before: int
    limit: int


@dataclass(slots=True)
class ListConsent(Query[Sequence[ConsentEntry]]):
    """The account's first `limit` ledger entries with numbers over `after`."""

    account_id: int
    after: int
    limit: int


@dataclass(slots=True)
class ListConsentOf(Query[Sequence[ConsentEntry]]):
    """The account's ledger entries on a number, oldest first."""

    account_id: int
    phone: str


@dataclass(slots=True)
class ListOptOuts(Query[Mapping[str, int]]):
    """The numbers that are opted out, each with its ledger entry; 0 for one older than the ledger."""

    account_id: int


@dataclass(slots=True)
class ListOptedOut(Query[Sequence[OptedOut]]):
    """The first `limit` numbers after `after` that are opted out, in order; `""` begins with the first."""

    account_id: int
    after: str
    limit: int


@dataclass(slots=True)
class ListOpenReviews(Query[Sequence[Review]]):
    """The account's first `limit` open reviews with numbers over `after`, the oldest first."""

    account_id: int
    after: int
    limit: int


@dataclass(slots=True)
class CountReviews(Query[tuple[int, int]]):
    """How many reviews are open, over all accounts, and how many of them were to be decided before `at`."""

    at: int


@dataclass(slots=True)
class GetJob(Query[Job | None]):
    """The account's job with this number."""

    account_id: int
    job_id: int


@dataclass(slots=True)
class ListJobs(Query[Sequence[Job]]):
    """The account's last `limit` jobs of a kind with numbers below `before`, newest first."""

    account_id: int
    kind: str
    before: int
    limit: int


@dataclass(slots=True)
class GetJobPart(Query[bytes | None]):
    """One part of a job."""

    account_id: int
    job_id: int
    name: str
    place: int


@dataclass(slots=True)
class ListWaitingJobs(Query[Sequence[tuple[int, int]]]):
    """The account and the number of each running job that no worker has at a time, over all accounts.

    Leases that are void, see `Job.held_for`, have ended.
    """

    at: int


@dataclass(slots=True)
class ListOldJobs(Query[Sequence[tuple[int, int]]]):
    """The account and the number of each job with parts that was added at `before` or earlier, over all accounts."""

    before: int


@dataclass(slots=True)
class ListWebhooks(Query[Sequence[Webhook]]):
    """The account's webhooks, oldest first."""

    account_id: int


@dataclass(slots=True)
class ListDeadDeliveries(Query[Sequence[Delivery]]):
    """The account's first `limit` dead deliveries, by target and item."""

    account_id: int
    limit: int


@dataclass(slots=True)
class ListFailingDeliveries(Query[Sequence[Delivery]]):
    """The account's first `limit` deliveries that are due next in their queue and failed before, the longest due first.

    Dead and held ones are not among them.
    """

    account_id: int
    limit: int


@dataclass(slots=True)
class GetAgenda(Query[Agenda]):
    """The relay's work at a time, for all accounts; for the relay alone."""

    at: int


@dataclass(slots=True)
class GetAgendaOf(Query[Agenda]):
    """The relay's work at a time, for these accounts; for the relay alone."""

    at: int
    account_ids: Collection[int]


@dataclass(slots=True)
class ListAccountsWithOldEvents(Query[Sequence[int]]):
    """The accounts whose oldest event is from `before` (microseconds since 1970) or earlier; for the relay alone."""

    before: int


@dataclass(slots=True)
class ListAccountsWithOldDeliveries(Query[Sequence[int]]):
    """The accounts with a dead delivery from `before` (microseconds since 1970) or earlier; for the relay alone."""

    before: int


@dataclass(slots=True)
class GetBacklog(Query[Backlog]):
    """The state of the outbox, over all accounts."""


@dataclass(slots=True)
class GetAccount(Query[Account | None]):
    """The account with this name."""

    name: str


@dataclass(slots=True)
class GetAccountById(Query[Account | None]):
    """The account with this id."""

    account_id: int


@dataclass(slots=True)
class GetAccountBySigningHash(Query[Account | None]):
    """The account whose signing secret has this SHA-256."""

    signing_hash: bytes


@dataclass(slots=True)
class ListAccounts(Query[Sequence[Account]]):
    """Every account, oldest first."""


@dataclass(slots=True)
class GetApiKey(Query[ApiKey | None]):
    """The key with this id, revoked or not."""

    key_id: str


@dataclass(slots=True)
class ListApiKeys(Query[Sequence[ApiKey]]):
    """Every key of every account, oldest first, including revoked ones."""
