"""What operators look at: `GET /health/ready`, and `GET /metrics` in the form of Prometheus.

Counts alone, nothing of an account.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from numberkeep.domain.delivery import Backlog
from numberkeep.http.answer import Answer

_CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"


class OutboxOut(msgspec.Struct):
    """How the outbox stands: what is owed, how long ago the oldest of it came to be, and what nobody tries any more."""

    waiting: int
    oldest_seconds: float
    dead: int


class ReadyAnswer(msgspec.Struct):
    """GET /health/ready."""

    outbox: OutboxOut
    status: Literal["OK"] = "OK"


class _Families(Collector):
    def __init__(self, backlog: Backlog, age: float, delivered: Mapping[tuple[str, str], int], process: str) -> None:
        self._backlog = backlog
        self._age = age
        self._delivered = delivered
        self._process = process

    def collect(self) -> Iterable[GaugeMetricFamily | CounterMetricFamily]:
        yield GaugeMetricFamily("numberkeep_outbox_waiting", "Deliveries that are owed.", value=self._backlog.waiting)
        yield GaugeMetricFamily(
            "numberkeep_outbox_oldest_seconds", "How long ago the oldest of them came to be owed.", value=self._age
        )
        yield GaugeMetricFamily(
            "numberkeep_outbox_dead", "Deliveries that nobody tries again by itself.", value=self._backlog.dead
        )
        delivered = CounterMetricFamily(
            "numberkeep_deliveries",
            "Deliveries that were tried, by what became of them, in one process.",
            labels=("process", "channel", "outcome"),
        )
        for (channel, outcome), count in sorted(self._delivered.items()):
            delivered.add_metric((self._process, channel, outcome), count)
        yield delivered


def metrics(backlog: Backlog, age: float, delivered: Mapping[tuple[str, str], int], process: str) -> Answer:
    """The answer.

    Args:
        backlog: how the outbox stands.
        age: how long ago the oldest delivery came to be owed, seconds.
        delivered: how many deliveries ended in this process, by channel and outcome.
        process: tells this process's counts from those of others behind the same port.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(backlog, age, delivered, process))
    return Answer(200, generate_latest(registry), (), _CONTENT_TYPE)
