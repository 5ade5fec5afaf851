"""Moving all that is stored under one number to another, as a conversation with a database.

Messages are left out: no index finds them by number. The consent ledger is never rewritten.
"""

from collections.abc import Sequence

from numberkeep.domain.consent.carrying import CarryOptOut
from numberkeep.domain.stamp import Stamp
from numberkeep.store import group
from numberkeep.store.flow import Fetch, Flow, Write
from numberkeep.store.rows import verification_of


def held_by(account_id: int, phones: Sequence[str]) -> Flow[dict[str, int]]:
    """Return the ids of the contacts that have these numbers, by number."""
    if not phones:
        return {}
    rows = yield Fetch("contact_ids", (account_id, list(phones)))
    return {phone: contact_id for phone, contact_id in rows}  # noqa: C416 - to dict() a record is no pair


def move(account_id: int, old: str, new: str) -> Flow[None]:
    """Move the contact, the opt-out, the verification, the events and their deliveries from `old` to `new`.

    No more than one of the two may have a contact.
    """
    heads = yield Fetch("heads", (account_id, [old, new]))
    yield Fetch("move_contact", (account_id, old, new))
    yield from _move_verification(account_id, old, new)
    yield from _join_events(account_id, [tuple(row) for row in heads], old, new)
    webhooks = yield Fetch("webhooks", (account_id,))
    queues = [(webhook[0], new) for webhook in webhooks]
    if queues:
        for target, _ in queues:
            yield Fetch("move_deliveries", (account_id, target, old, new))
        yield Write("unset_heads", account_id, queues)
        yield Write("set_heads", account_id, queues)
    opt_outs = yield from _opt_outs(account_id, old, new)
    if old in opt_outs:
        yield Write("delete_opt_outs", account_id, [(old,)])
        yield from _carry(account_id, new, old, opt_outs[old], moved=True)
    elif new in opt_outs:
        yield from _carry(account_id, new, old, opt_outs[new], moved=False)


def carry_opt_outs(account_id: int, one: str, other: str) -> Flow[None]:
    """Have an opt-out of one of two spellings, each with a contact of its own, hold for both."""
    opt_outs = yield from _opt_outs(account_id, one, other)
    if len(opt_outs) == 1:
        [(spelling, at)] = opt_outs.items()
        yield from _carry(account_id, other if spelling == one else one, spelling, at, moved=False)


def _opt_outs(account_id: int, *phones: str) -> Flow[dict[str, int]]:
    rows = yield Fetch("recipients", (account_id, list(phones)))
    return {phone: opted_out_at for phone, opted_out_at, *_, last_event in rows if last_event is None}


def _carry(account_id: int, phone: str, spelling: str, at: int, *, moved: bool) -> Flow[None]:
    # The time is the opt-out's: a store reads no clock.
    yield from group.apply(account_id, [CarryOptOut(account_id, phone, spelling, moved, Stamp(at))])


def _move_verification(account_id: int, old: str, new: str) -> Flow[None]:
    rows = yield Fetch("verifications", (account_id, [old, new]))
    found = {each.phone: each for each in map(verification_of, rows)}
    if old not in found:
        return
    kept = max(found.values(), key=lambda each: (each.pending, each.verification_id)).phone
    if kept == new or new in found:
        yield Fetch("delete_verification", (account_id, old if kept == new else new))
    if kept == old:
        yield Fetch("move_verification", (account_id, old, new))


def _join_events(account_id: int, heads: Sequence[tuple[str, int]], old: str, new: str) -> Flow[None]:
    """Give the events of `old` to `new`, in one chain with those that it has."""
    links: dict[int, int] = {}
    for phone, event_id in heads:
        while event_id:
            rows = yield Fetch("event_link", (account_id, event_id))
            if not rows:  # deleted, as too old
                break
            if phone == old:
                yield Fetch("set_event_phone", (account_id, event_id, new))
            [(links[event_id],)] = rows
            event_id = links[event_id]  # noqa: PLW2901 - a walk along the chain
    last = 0
    for event_id in sorted(links):
        if last and links[event_id] != last:
            yield Fetch("set_previous_event", (account_id, event_id, last))
        last = event_id
    head = max((event_id for _, event_id in heads), default=0)
    if not head:
        return
    yield Write("delete_last_events", account_id, [(old,), (new,)])
    if (yield from held_by(account_id, [new])):
        yield Write("touch_contacts", account_id, [(new, head)])
    else:
        yield Write("put_last_events", account_id, [(new, head)])
