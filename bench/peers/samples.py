"""Checks before the timing: send each request once and compare its answer."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from bench.load import CannotMeasure
from bench.peers.peer import KINDS, NEW, PAGE, Kind, Peer, Served
from numberkeep.domain.contacts.commands import BulkRow


def check(peer: Peer, served: Served, rows: Sequence[BulkRow]) -> None:
    """Send each kind of request once to a service that has exactly these contacts.

    Raises:
        CannotMeasure: an answer is wrong; the message has the actual and the expected values.
        httpx2.HTTPError: an answer is not 2xx, or no answer arrives.
    """
    for kind, got, wanted in _answers(peer, served, rows):
        if got != wanted and not peer.mocks:
            raise CannotMeasure(f"{kind} answers {got}, not {wanted}")


def settle(peer: Peer, served: Served, rows: Sequence[BulkRow]) -> None:
    """Wait until a service has finished the work of a load, so that it does not slow the other service's turn."""
    for _ in range(3):
        peer.requests["retrieve"].send(served, rows[0].phone[1:])


def _answers(peer: Peer, served: Served, rows: Sequence[BulkRow]) -> Iterator[tuple[Kind, Any, Any]]:
    """Yield each kind of request with the actual and the expected answer."""
    one = rows[len(rows) // 2]
    for kind in KINDS:
        request = peer.requests.get(kind)
        if request is None:
            continue
        if kind == "create":
            digits = f"4420{int(time.time()) % 100000 * 100000:010d}"
            request.send(served, digits)
            retrieve = peer.requests["retrieve"]
            yield kind, retrieve.read(retrieve.send(served, digits)), (f"+{digits}", NEW["first_name"])
            continue
        got = request.read(request.send(served, one.phone[1:]))
        if kind == "retrieve":
            yield kind, got, (one.phone, one.patch.first_name)
        elif kind == "count":
            yield kind, got, len(rows)
        else:
            yield kind, _faults(got, rows), []


def _faults(listed: list[tuple[str, str]], rows: Sequence[BulkRow]) -> list[str]:
    """Return the errors in a page of the newest contacts, each a phone number and a time."""
    phones, times = [phone for phone, _ in listed], [at for _, at in listed]
    wrong = {
        f"{len(phones)} contacts": len(set(phones)) != PAGE,
        "contacts that were never loaded": not {row.phone for row in rows}.issuperset(phones),
        "not the newest first": times != sorted(times, reverse=True),
    }
    return [fault for fault, present in wrong.items() if present]
