"""Counts, times and logs requests, by operation: paths and queries contain numbers and names."""

import logging
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Final

from prometheus_client.core import HistogramMetricFamily

from numberkeep.http.request import Request

_log = logging.getLogger("numberkeep.access")

_BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; the upper ends of the histogram's buckets."""

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Durations:
    """How many requests took how long."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS) + 1)
        self.total = 0.0


class Traffic:
    """The requests that this process has answered."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, int], _Durations] = {}

    def ended(self, request: Request, status: int, seconds: float) -> None:
        """Count a request, and log it at level info.

        Args:
            request: the request.
            status: the status of its answer.
            seconds: from its headers to the last byte of its answer.
        """
        series = self._series.get((request.operation, status))
        if series is None:
            series = self._series[request.operation, status] = _Durations()
        series.counts[bisect_left(_BOUNDS, seconds)] += 1
        series.total += seconds
        if _log.isEnabledFor(logging.INFO):
            # A method is any word that a client likes.
            method = request.method if request.method in _METHODS else "OTHER"
            fields: Mapping[str, object] = {
                "method": method,
                "operation": request.operation,
                "status": status,
                "seconds": round(seconds, 6),
                "request_id": request.request_id,
            }
            _log.info(
                "%s %s: %d in %.1f ms, request %s",
                method,
                request.operation,
                status,
                seconds * 1000,
                request.request_id,
                extra={"fields": fields},
            )

    def families(self, process: str) -> Iterable[HistogramMetricFamily]:
        """Return the metrics of the requests; `process` is the value of the label of this name."""
        family = HistogramMetricFamily(
            "numberkeep_request_duration_seconds",
            "Seconds until the end of a request of one process, by operation and status.",
            labels=("process", "operation", "status"),
        )
        for (operation, status), series in sorted(self._series.items()):
            ends = [*map(str, _BOUNDS), "+Inf"]
            buckets = list(zip(ends, accumulate(series.counts), strict=True))
            family.add_metric((process, operation, str(status)), buckets, series.total)
        return [family]
