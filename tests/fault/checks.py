"""Conditions of a service that has just started, checked over HTTP, so they apply to every engine."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from fault.ledger import Person
from fault.writers import CONTACTS, TAGS, Writer
from support.process import PATIENCE
from support.wire import Wire

_MOST_MESSAGES: Final = 1000


async def check(wire: Wire, writers: Sequence[Writer], since: datetime) -> Counter[bool | None]:
    """Compare the service with every writer's ledger, and settle the requests that were in flight.

    Args:
        wire: a connection to the service; no other client uses the service now.
        writers: the clients that wrote until the service was gone.
        since: when they began: messages are counted from then on.

    Returns:
        How many of the pending requests were applied, how many were not, and how many cannot be determined.
    """
    people, ids = await _all(wire)
    pending: Counter[bool | None] = Counter()
    for writer in writers:
        if writer.pending:
            pending[await writer.settle(wire, _of(writer, people), _of(writer, ids))] += 1
        else:
            await writer.settle(wire, _of(writer, people), _of(writer, ids))
    # A pending request with an idempotency key has been sent again, so each is now applied, exactly once.
    people, _ = await _all(wire)
    for writer in writers:
        assert _of(writer, people) == writer.known.contacts
    await _check_messages(wire, writers, since)
    return pending


async def walk(wire: Wire, **query: Any) -> list[dict[str, Any]]:
    """Return every contact of a listing."""
    return [contact async for page in pages(wire, **query) for contact in page]


async def pages(wire: Wire, **query: Any) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield the pages of a listing, along the cursors."""
    path: str | None = f"{CONTACTS}?{urlencode(query)}"
    while path is not None:
        answer = await wire.request("GET", path)
        assert answer.status == 200, answer.content
        yield answer.json()
        path = answer.next_page


async def until(counted: Callable[[], int], more: int) -> None:
    """Wait until a count has increased by this much."""
    goal = counted() + more
    async with asyncio.timeout(PATIENCE):
        while counted() < goal:  # noqa: ASYNC110 - nothing reports a count
            await asyncio.sleep(0.001)


async def _all(wire: Wire) -> tuple[dict[str, Person], dict[str, str]]:
    """Return all contacts by number, and their ids, after checking the count and the listings by tag."""
    listed = await walk(wire, limit=300)
    people = {contact["phone"]: Person.of(contact) for contact in listed}
    assert len(people) == len(listed), "a number has two contacts"
    count = await wire.request("GET", f"{CONTACTS}/count")
    assert count.json() == {"count": len(people)}
    for tag in TAGS:
        tagged = [contact["phone"] for contact in await walk(wire, tag=tag, limit=300)]
        assert sorted(tagged) == sorted(phone for phone, person in people.items() if tag in person.tags)
    return people, {contact["phone"]: contact["contact_id"] for contact in listed}


async def _check_messages(wire: Wire, writers: Sequence[Writer], since: datetime) -> None:
    answer = await wire.request("GET", f"/_numberkeep/messages?limit={_MOST_MESSAGES}")
    new = [one["to"] for one in answer.json() if datetime.fromisoformat(one["created_at"]) >= since]
    assert len(new) < _MOST_MESSAGES, "the writers ran for too long to count their messages"
    enqueued: Counter[str] = Counter()
    for writer in writers:
        enqueued += writer.known.messages
        writer.known.messages.clear()
    assert Counter(new) == enqueued


def _of(writer: Writer, by_phone: dict[str, Any]) -> dict[str, Any]:
    return {phone: value for phone, value in by_phone.items() if writer.owns(phone)}
