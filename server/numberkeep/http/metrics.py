"""The answers for operators: `GET /health/ready`, and `GET /metrics` in the format of Prometheus.

They contain only counts, and no account data.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from numberkeep.domain.outbox.delivery import Backlog
from numberkeep.http.answer import Answer
from numberkeep.http.traffic import Traffic

_CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"


class OutboxOut(msgspec.Struct):
    """Pending deliveries, the age of the oldest one, and deliveries that exhausted their retries."""

    waiting: int
    oldest_seconds: float
    dead: int


class ReadyAnswer(msgspec.Struct):
    """GET /health/ready.

    Attributes:
        outbox: without the deliveries on unreachable nodes; None if they could not be counted within a second.
        unreachable_nodes: the number of database nodes that do not answer; absent if all do.
    """

    outbox: OutboxOut | None
    unreachable_nodes: int | msgspec.UnsetType = msgspec.UNSET
    status: Literal["OK"] = "OK"


@dataclass(slots=True, frozen=True)
class Stored:
    """What the store counts, over all accounts.

    Attributes:
        backlog: the state of the outbox; None if it is unknown.
        age: the age of the oldest pending delivery, seconds.
        reviews: how many unclear replies wait for a decision, and how many of them for too long; None if
            it is unknown.
        unindexed: how many changes the search index lacks; None if it is unknown.
    """

    backlog: Backlog | None
    age: float
    reviews: tuple[int, int] | None
    unindexed: int | None


def ready_answer(backlog: Backlog | None, age: float) -> ReadyAnswer:
    """Return the answer to `GET /health/ready`.

    Args:
        backlog: the state of the outbox; None if it is unknown.
        age: the age of the oldest pending delivery, seconds.
    """
    if backlog is None:
        return ReadyAnswer(None)
    return ReadyAnswer(
        OutboxOut(backlog.waiting, round(age, 3), backlog.dead),
        backlog.unreachable or msgspec.UNSET,
    )


class _Families(Collector):
    def __init__(
        self, stored: Stored, delivered: Mapping[tuple[str, str], int], traffic: Traffic, process: str
    ) -> None:
        self._stored = stored
        self._traffic = traffic
        self._delivered = delivered
        self._process = process

    def collect(self) -> Iterable[Metric]:
        if self._stored.backlog is not None:
            yield from _outbox(self._stored.backlog, self._stored.age)
        if self._stored.reviews is not None:
            waiting, overdue = self._stored.reviews
            help_ = "Unclear replies that wait for a decision."
            yield GaugeMetricFamily("numberkeep_reviews_open", help_, value=waiting)
            help_ = "Unclear replies that nobody decided in time."
            yield GaugeMetricFamily("numberkeep_reviews_overdue", help_, value=overdue)
        if self._stored.unindexed is not None:
            help_ = "Changes that the search index lacks: searches find them, but take longer."
            yield GaugeMetricFamily("numberkeep_search_unindexed", help_, value=self._stored.unindexed)
        delivered = CounterMetricFamily(
            "numberkeep_deliveries",
            "Attempted deliveries of one process, by channel and outcome.",
            labels=("process", "channel", "outcome"),
        )
        for (channel, outcome), count in sorted(self._delivered.items()):
            delivered.add_metric((self._process, channel, outcome), count)
        yield delivered
        yield from self._traffic.families(self._process)


def _outbox(backlog: Backlog, age: float) -> Iterable[GaugeMetricFamily]:
    for name, help_, value in (
        ("numberkeep_outbox_waiting", "Pending deliveries.", backlog.waiting),
        ("numberkeep_outbox_oldest_seconds", "Age of the oldest pending delivery.", age),
        ("numberkeep_outbox_dead", "Deliveries that exhausted their retries.", backlog.dead),
        ("numberkeep_unreachable_nodes", "Database nodes whose deliveries are not counted.", backlog.unreachable),
    ):
        yield GaugeMetricFamily(name, help_, value=value)


def metrics(stored: Stored, delivered: Mapping[tuple[str, str], int], traffic: Traffic, process: str) -> Answer:
    """Return the answer to `GET /metrics`.

    Args:
        stored: what the store counts.
        delivered: how many deliveries ended in this process, by channel and outcome.
        traffic: the requests that this process has answered.
        process: distinguishes this process's counts from those of others behind the same port.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(stored, delivered, traffic, process))
    return Answer(200, generate_latest(registry), (), _CONTENT_TYPE)
