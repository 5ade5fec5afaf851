"""Runs an action, step by step, so that it can be continued after any of them, and undoes it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from tempfile import TemporaryFile
from typing import Final

from numberkeep.domain.contacts.commands import DeleteContacts
from numberkeep.domain.contacts.tagging import TagContacts, Tagged
from numberkeep.domain.contacts.undoing import Undone
from numberkeep.service.actions.record import ActionRecord, Kind, cause_of, changing, dump, file_name, load
from numberkeep.service.actions.selecting import numbers_at
from numberkeep.service.exports.export import Slices, written
from numberkeep.service.exports.form import Form
from numberkeep.service.imports.plan import batches
from numberkeep.service.job_files import store_file
from numberkeep.service.jobs import Working
from numberkeep.service.undoing import Undoing, undo_changes
from numberkeep.store.contact_queries import ListContactsOf

_READ: Final = 40
"""Contacts of an export that are read at a time: the largest ones take 1.6 MB each."""

Progress = Callable[[int], None]
"""Called with how many of the numbers are done."""


async def change_contacts(held: Working, progress: Progress) -> None:
    """Tag, untag or delete the contacts, from where the job is.

    Args:
        held: the job, with an ActionRecord, and who acts.
        progress: called as the work goes on.

    Raises:
        JobLost: another process continues the job.
    """
    record = load(held.job.detail)
    place = record.place
    async for phones in _parts(held, record.parts):
        if record.kind is Kind.DELETE:
            await _delete(held, phones)
        else:
            await _tag(held, record, phones)
        place += len(phones)
        progress(place)


async def _tag(held: Working, record: ActionRecord, phones: Sequence[str]) -> None:
    places = {phone: place for place, phone in enumerate(phones)}
    command = TagContacts(held.account_id, record.tag, record.kind is Kind.UNTAG, places, (), held.context.stamp())

    def advance(detail: str, done: Tagged, events: range) -> str:
        now = load(detail).after(len(phones), done.changed, events)
        return dump(
            replace(
                now,
                unchanged=now.unchanged + done.unchanged,
                missing=now.missing + len(done.not_found),
                full=now.full + len(done.full),
            )
        )

    await held.step(command, advance)


async def _delete(held: Working, phones: Sequence[str]) -> None:
    def advance(detail: str, done: int, events: range) -> str:
        now = load(detail).after(len(phones), done, events)
        return dump(replace(now, missing=now.missing + len(phones) - done))

    await held.step(DeleteContacts(held.account_id, phones, held.context.stamp()), advance)


async def export_contacts(held: Working, form: Form, progress: Progress) -> None:
    """Store a file of the contacts, as they are when they are read; it is begun again after an interruption.

    Args:
        held: the job, with an ActionRecord.
        form: the format.
        progress: called as the work goes on.

    Raises:
        TemporaryFileFailed: there is no room for the contacts.
        JobLost: another process continues the job.
    """
    await held.show(changing(lambda now: replace(now, attempt=now.attempt + 1)))
    record = load(held.job.detail)
    with TemporaryFile() as file:
        async with written(held.context, _contacts(held, progress), form) as export:
            async for part in export.parts:
                file.write(part)
        await store_file(held, file_name(record.attempt), file)
    counted = changing(
        lambda now: replace(now, place=now.total, changed=export.count, missing=now.total - export.count)
    )
    await held.show(counted)


@asynccontextmanager
async def _contacts(held: Working, progress: Progress) -> AsyncIterator[Slices]:
    async def slices() -> Slices:
        place = 0
        async for phones in _parts(held, 0):
            for some in batches(phones, _READ):
                yield await held.context.store.read(ListContactsOf(held.account_id, some))
                place += len(some)
                progress(place)

    yield slices()


async def undo_action(held: Working, progress: Callable[[str, int, int], None]) -> Undone:
    """Undo an action, from where the job is, the last change first.

    Args:
        held: the job, with an ActionRecord, and who acts.
        progress: called as the work goes on.

    Raises:
        JobLost: another process continues the job.
    """

    def advance(detail: str, before: int, undone: Undone) -> str:
        return dump(replace(load(detail), before=before, undone=undone, takes=0))

    record, job_id = load(held.job.detail), held.job.job_id
    undoing = Undoing(
        cause_of(job_id),
        f"undo of action {job_id}",
        record.events,
        record.before,
        record.undone,
    )
    return await undo_changes(held, undoing, advance, progress)


async def _parts(held: Working, first: int) -> AsyncIterator[Sequence[str]]:
    """Yield the numbers of each part, from one on."""
    while phones := await numbers_at(held.context, held.account_id, held.job.job_id, first):
        yield phones
        first += 1
