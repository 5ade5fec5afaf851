"""Before anything is timed: each request once, and whether its answer is the right one."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from bench.load import CannotMeasure
from bench.peers.peer import KINDS, NEW, PAGE, Kind, Peer, Served
from numberkeep.domain.contacts.commands import BulkRow


def check(peer: Peer, served: Served, rows: Sequence[BulkRow]) -> None:
    """Ask for each thing once, on a service with these contacts and no others.

    Raises:
        CannotMeasure: an answer is not the right one, with what it had and should have.
        httpx2.HTTPError: an answer is not 2xx, or there is none.
    """
    for kind, got, wanted in _answers(peer, served, rows):
        if got != wanted and not peer.mocks:
            raise CannotMeasure(f"{kind} answers {got}, not {wanted}")


def settle(peer: Peer, served: Served, rows: Sequence[BulkRow]) -> None:
    """Wait until what is left over from a load is done, so that it takes nothing from the other service's turn."""
    for _ in range(3):
        peer.requests["retrieve"].send(served, rows[0].phone[1:])


def _answers(peer: Peer, served: Served, rows: Sequence[BulkRow]) -> Iterator[tuple[Kind, Any, Any]]:
    """What was asked, what of the answer is checked, and what that should be."""
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
    """What is wrong with a page of the newest contacts, of which each is its phone number and its time."""
    phones, times = [phone for phone, _ in listed], [at for _, at in listed]
    wrong = {
        f"{len(phones)} contacts": len(set(phones)) != PAGE,
        "contacts that were never loaded": not {row.phone for row in rows}.issuperset(phones),
        "not the newest first": times != sorted(times, reverse=True),
    }
    return [fault for fault, is_so in wrong.items() if is_so]
