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
    """GET /health/ready."""

    outbox: OutboxOut
    status: Literal["OK"] = "OK"


@dataclass(slots=True, frozen=True)
class Stored:
    """What the store counts, over all accounts.

    Attributes:
        backlog: the state of the outbox.
        age: the age of the oldest pending delivery, seconds.
        reviews: how many unclear replies wait for a decision, and how many of them for too long.
    """

    backlog: Backlog
    age: float
    reviews: tuple[int, int]


class _Families(Collector):
    def __init__(
        self, stored: Stored, delivered: Mapping[tuple[str, str], int], traffic: Traffic, process: str
    ) -> None:
        self._backlog = stored.backlog
        self._age = stored.age
        self._reviews = stored.reviews
        self._traffic = traffic
        self._delivered = delivered
        self._process = process

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("numberkeep_outbox_waiting", "Pending deliveries.", value=self._backlog.waiting)
        yield GaugeMetricFamily(
            "numberkeep_outbox_oldest_seconds", "Age of the oldest pending delivery.", value=self._age
        )
        yield GaugeMetricFamily(
            "numberkeep_outbox_dead", "Deliveries that exhausted their retries.", value=self._backlog.dead
        )
        waiting, overdue = self._reviews
        yield GaugeMetricFamily("numberkeep_reviews_open", "Unclear replies that wait for a decision.", value=waiting)
        yield GaugeMetricFamily(
            "numberkeep_reviews_overdue", "Unclear replies that nobody decided in time.", value=overdue
        )
        delivered = CounterMetricFamily(
            "numberkeep_deliveries",
            "Attempted deliveries of one process, by channel and outcome.",
            labels=("process", "channel", "outcome"),
        )
        for (channel, outcome), count in sorted(self._delivered.items()):
            delivered.add_metric((self._process, channel, outcome), count)
        yield delivered
        yield from self._traffic.families(self._process)


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
