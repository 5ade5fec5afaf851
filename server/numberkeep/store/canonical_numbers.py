"""The step of an upgrade that stores numbers, tags and labels in their one form; as conversations with a database.

Until then a number with `+` was stored as it was written, so that one subscriber could have several: see
docs/adr/0017-one-form-of-a-number.md.

Each page is one transaction and changes nothing that was changed before, so an interrupted upgrade starts over at the
beginning. What is stored under a number moves to the number's one form, unless another contact has that: such a contact
keeps its number and all that belongs to it, and is reported.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from numberkeep.domain.contacts.contact import composed
from numberkeep.domain.identity import contact_id_text
from numberkeep.domain.phone import canonical_phone
from numberkeep.store.flow import Fetch, Flow, Row, Write
from numberkeep.store.moving_numbers import carry_opt_outs, held_by, move

NAME: Final = "canonical_numbers"
"""The step's name among the pending steps."""

_PAGE: Final = 500
_log = logging.getLogger("numberkeep.store")
_decode_tags = msgspec.json.Decoder(tuple[str, ...]).decode
_decode_variables = msgspec.json.Decoder(dict[str, str]).decode
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Report:
    """What the step did.

    Attributes:
        moved: how many contacts have another number now.
        collisions: ids of the contacts that keep their spelling, each with the contact that has the one form.
    """

    moved: int = 0
    collisions: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Walk:
    """The place up to which an account's rows of one kind were looked at."""

    account_id: int
    report: Report
    after: tuple[Any, ...]
    more: bool = True

    def rows(self, statement: str) -> Flow[Sequence[Row]]:
        """Return the next rows; their first columns are the place."""
        rows = yield Fetch(statement, (self.account_id, *self.after, _PAGE))
        self.more = len(rows) == _PAGE
        if rows:
            self.after = tuple(rows[-1][: len(self.after)])
        return rows


def pages(report: Report) -> Iterator[Flow[None]]:
    """Return the step's transactions, one after the other; the last one records that the step is done."""
    accounts: list[int] = []
    yield _find_accounts(accounts)
    for account_id in accounts:
        for page, start in _KINDS:
            walk = _Walk(account_id, report, start)
            while walk.more:
                yield page(walk)
    yield _finish(report)


def _find_accounts(accounts: list[int]) -> Flow[None]:
    rows = yield Fetch("every_account", ())
    accounts.extend(account_id for (account_id,) in rows)


def _contacts(walk: _Walk) -> Flow[None]:
    account_id = walk.account_id
    yield Fetch("lock_tallies", (account_id,))
    rows = yield from walk.rows("contacts_in_order")
    spelled: dict[str, tuple[int, str]] = {}
    for created_at, contact_id, phone, line, tags, variables in rows:
        yield from _compose(account_id, (created_at, contact_id), line, tags, variables)
        canonical = canonical_phone(phone)
        if canonical != phone:
            spelled[phone] = (contact_id, canonical)
    held = yield from held_by(account_id, [canonical for _, canonical in spelled.values()])
    for phone, (contact_id, canonical) in spelled.items():
        if canonical in held:
            walk.report.collisions.append((contact_id, held[canonical]))
            ids = contact_id_text(contact_id), contact_id_text(held[canonical])
            _log.warning("contact %s has the number of contact %s in another spelling, and keeps it", *ids)
            yield from carry_opt_outs(account_id, phone, canonical)
        else:
            yield from move(account_id, phone, canonical)
            held[canonical] = contact_id
            walk.report.moved += 1


def _compose(account_id: int, key: tuple[int, int], line: str, tags: str, variables: str) -> Flow[None]:
    new_line = canonical_phone(line)
    new_tags, new_variables = tags, variables
    old: Sequence[str] = ()
    new: Sequence[str] = ()
    if not tags.isascii():
        old = _decode_tags(tags)
        new = list(dict.fromkeys(map(composed, old)))
        new_tags = tags if list(old) == new else _encode(new).decode()
    if not variables.isascii():
        labels = _decode_variables(variables)
        composed_labels = {composed(label): value for label, value in labels.items()}
        composed_labels |= {label: labels[label] for label in composed_labels if label in labels}
        new_variables = variables if labels == composed_labels else _encode(composed_labels).decode()
    if (new_line, new_tags, new_variables) == (line, tags, variables):
        return
    created_at, contact_id = key
    yield Fetch("set_composed", (account_id, contact_id, new_line, new_tags, new_variables))
    if new_tags != tags:
        yield Write("delete_tags", account_id, [(tag, created_at, contact_id) for tag in old])
        yield Write("insert_tags", account_id, [(tag, created_at, contact_id) for tag in new])


def _numbers_in(statement: str) -> Callable[[_Walk], Flow[None]]:
    """Return what moves the numbers that have no contact."""

    def page(walk: _Walk) -> Flow[None]:
        yield Fetch("lock_tallies", (walk.account_id,))
        rows = yield from walk.rows(statement)
        spelled = {phone: canonical for (phone,) in rows if (canonical := canonical_phone(phone)) != phone}
        held = yield from held_by(walk.account_id, list(spelled))
        for phone, canonical in spelled.items():
            if phone not in held:
                yield from move(walk.account_id, phone, canonical)

    return page


def _messages(walk: _Walk) -> Flow[None]:
    account_id = walk.account_id
    yield Fetch("lock_tallies", (account_id,))
    rows = yield from walk.rows("messages_in_order")
    spelled = [(*row, canonical_phone(row[1]), canonical_phone(row[2])) for row in rows]
    spelled = [row for row in spelled if row[1:3] != row[3:]]
    held = yield from held_by(account_id, [phone for _, phone, *_ in spelled])
    for message_id, phone, _, canonical, line in spelled:
        kept = phone if phone in held else canonical
        yield Fetch("set_message_numbers", (account_id, message_id, kept, line))
        if kept != phone:
            yield Write("put_conversations", account_id, [(kept, message_id)])
            yield Fetch("delete_conversation", (account_id, phone))
            yield Fetch("move_message_delivery", (account_id, phone, message_id, kept))
            yield Write("unset_heads", account_id, [(0, kept)])
            yield Write("set_heads", account_id, [(0, kept)])


def _finish(report: Report) -> Flow[None]:
    yield Fetch("finish_step", (NAME,))
    if report.moved or report.collisions:
        _log.info(
            "stored the numbers of %d contacts in their one form; %d contacts keep another spelling of a number that "
            "another contact has",
            report.moved,
            len(report.collisions),
        )


_KINDS: Final[Sequence[tuple[Callable[[_Walk], Flow[None]], tuple[Any, ...]]]] = (
    (_contacts, (0, 0)),
    (_numbers_in("opt_outs_in_order"), ("",)),
    (_numbers_in("verifications_in_order"), ("",)),
    (_numbers_in("last_events_in_order"), ("",)),
    (_messages, (0,)),
)
"""What is walked through for each account, in this order, and where each walk starts."""
