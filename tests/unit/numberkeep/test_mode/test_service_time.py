"""Work that falls due when the time of a service is set, without sleeping."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from numberkeep.domain.command import SECOND
from numberkeep.domain.errors import VerificationTooSoon
from numberkeep.domain.event import EventType
from numberkeep.domain.jobs.commands import AddJob, ChangeJob
from numberkeep.domain.jobs.job import Job, JobStatus
from numberkeep.domain.outbox.commands import TakeDeliveries
from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.service import messages, webhooks
from numberkeep.service.context import Context
from numberkeep.service.delivering import ATTEMPTS, LEASE_SECONDS
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetBacklog, ListEvents
from numberkeep.store.sqlite import SqliteStore
from numberkeep.test_mode import service_time
from support.outlets import TAKE, Script, failing, waiting
from support.relaying import until
from support.set_time import NEW_YEAR, timed_service

DAY = 24 * 3600
FAILS = failing(DeliveryFailed("answered 500"))


async def test_a_verification_expires_at_its_time(store: Store) -> None:
    """Its event has that time, and is delivered before `advance` returns, even if the clock moves beyond it."""
    async with timed_service(store) as service:
        await service.hook("verification.expired")
        await service.create()
        await service.ask()
        assert await service.seconds(DAY - 1)
        assert EventType.VERIFICATION_EXPIRED not in await service.events()
        assert await service.seconds(7200)
        _, at = (await service.events())[EventType.VERIFICATION_EXPIRED]
        assert at == pytest.approx(DAY, abs=0.001)
        assert service.attempts == [0.0, pytest.approx(DAY, abs=0.03)], "the message, and the event"
        assert service.clock.at == NEW_YEAR + (DAY + 7199) * SECOND


async def test_a_resend_limit_lifts(store: Store) -> None:
    """After its minute."""
    async with timed_service(store) as service:
        await service.create()
        await service.ask()
        await service.seconds(59)
        with pytest.raises(VerificationTooSoon) as refused:
            await service.ask()
        assert refused.value.retry_after == 1
        await service.seconds(1)
        await service.ask()
        assert len(await messages.newest(service.context, service.account, 10)) == 2


async def test_a_message_is_sent_again_after_its_wait(store: Store) -> None:
    """Not before, and at its own time."""
    async with timed_service(store, sender=Script(FAILS, TAKE)) as service:
        await service.create()
        await service.ask()
        await service.seconds(4.9)
        assert service.attempts == [0.0]
        await service.seconds(60)
        assert service.attempts == [0.0, pytest.approx(5, abs=0.03)]
        (message,) = await messages.newest(service.context, service.account, 10)
        assert message.handle == "handle-1"


async def test_every_retry_is_made_once_at_its_time(store: Store) -> None:
    """Of a webhook that never answers well, until its delivery is dead; all within one call."""
    async with timed_service(store, hook=Script(FAILS)) as service:
        await service.hook("contact.created")
        await service.create()
        assert await service.seconds(25 * 3600)
        waits = [min(5 * 2**n, 3600) for n in range(ATTEMPTS - 1)]
        assert service.attempts == [pytest.approx(sum(waits[:n]), abs=0.03) for n in range(ATTEMPTS)]
        (dead,) = await webhooks.dead(service.context, service.account, 10)
        assert dead.attempts == ATTEMPTS


async def test_many_retries_of_the_same_time_are_made_together(store: Store) -> None:
    """So that there is time for all of them."""
    async with timed_service(store, hook=Script(*[FAILS] * 60, TAKE)) as service:
        await service.hook("contact.created")
        for number in range(30):
            await service.create(f"+1415600{number:04d}")
        assert await service.seconds(3600)
        assert len(service.attempts) == 90
        assert (await store.read(GetBacklog())).waiting == 0


async def test_a_delivery_under_way_is_waited_for(store: Store) -> None:
    """Otherwise its lease would end, and it would be made twice."""
    answered = asyncio.Event()
    async with timed_service(store, hook=Script(waiting(answered))) as service:
        await service.hook("contact.created")
        await service.create()
        await until(lambda: bool(service.attempts))
        advancing = asyncio.create_task(service.seconds(3600))
        await asyncio.sleep(0.05)
        assert not advancing.done()
        assert service.clock.at == NEW_YEAR
        answered.set()
        assert await advancing
        assert service.attempts == [0.0]
        assert (await store.read(GetBacklog())).waiting == 0


async def test_a_delivery_that_hangs_times_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not hold up the clock for longer than a few seconds; afterwards it is made again."""
    monkeypatch.setattr(service_time, "PATIENCE_SECONDS", 0.2)
    async with timed_service(store, hook=Script(waiting(asyncio.Event()), TAKE)) as service:
        await service.hook("contact.created")
        await service.create()
        await until(lambda: bool(service.attempts))
        assert not await service.seconds(3600)
        assert service.clock.at == NEW_YEAR + 3600 * SECOND
        monkeypatch.setattr(service_time, "PATIENCE_SECONDS", 5.0)
        assert await service.seconds(5)
        assert service.attempts == [0.0, pytest.approx(3605, abs=0.03)]
        assert (await store.read(GetBacklog())).waiting == 0


async def test_the_lease_of_a_delivery_ends(store: Store) -> None:
    """A delivery that another process took before it ended is made by this one."""
    async with timed_service(store) as service:
        account_id = service.account.account_id
        await service.hook("contact.created")
        async with service.time._relay.stopped(account_id):
            await service.create()
            take = TakeDeliveries(account_id, 8, LEASE_SECONDS * SECOND, service.context.stamp())
            assert len((await store.apply(take)).pending) == 1
        await service.seconds(LEASE_SECONDS - 1)
        assert service.attempts == []
        await service.seconds(1)
        assert service.attempts == [LEASE_SECONDS]
        assert (await store.read(GetBacklog())).waiting == 0


async def test_a_running_clock_can_be_advanced(store: Store) -> None:
    """It goes on running from there."""
    async with timed_service(store, sender=Script(FAILS, TAKE)) as service:
        await service.time.resume()
        await service.create()
        await service.ask()
        before = service.clock.at
        assert await service.seconds(25 * 3600)
        assert len(service.attempts) == 2
        assert EventType.VERIFICATION_EXPIRED in await service.events()
        assert not service.clock.frozen
        assert 0 <= service.clock.at - before - 25 * 3600 * SECOND < 60 * SECOND


async def test_what_is_due_by_a_later_freeze_is_done_then(store: Store) -> None:
    """At the time of the freeze."""
    async with timed_service(store, sender=Script(FAILS, TAKE)) as service:
        await service.create()
        await service.ask()
        assert await service.time.freeze(NEW_YEAR + 2 * DAY * SECOND)
        assert await service.time.freeze(NEW_YEAR + 3 * DAY * SECOND)
        _, at = (await service.events())[EventType.VERIFICATION_EXPIRED]
        assert at == pytest.approx(2 * DAY, abs=0.001)


async def test_the_same_calls_at_the_same_time_have_the_same_stamps(store: Store) -> None:
    """However background work is scheduled."""
    async with timed_service(store) as service:
        await service.hook()
        found: list[list[int]] = []
        for number in range(3):
            await service.time.freeze(NEW_YEAR)
            for place in range(10):
                await service.create(f"+1415600{10 * number + place:04d}")
                await asyncio.sleep(0.005 * number)
            events = await store.read(ListEvents(service.account.account_id, 10 * number, 10))
            found.append([event.at for event in events])
        assert found == [[NEW_YEAR + place for place in range(10)]] * 3


async def test_work_goes_on_after_the_clock_is_set_back(store: Store) -> None:
    """What is new is due at once, although it is earlier than what is old."""
    async with timed_service(store) as service:
        await service.create()
        await service.ask()
        await service.time.freeze(NEW_YEAR - DAY * SECOND)
        await service.create("+14155550102")
        await service.ask("+14155550102")
        await until(lambda: service.attempts == [0.0, -DAY])


async def test_old_events_are_deleted(store: Store) -> None:
    """When their time is over, before `advance` returns."""
    async with timed_service(store) as service:
        await service.create()
        await service.seconds(29 * DAY)
        assert await service.events()
        await service.seconds(2 * DAY)
        assert not await service.events()


class Worker:
    """Ends a job, which it notes."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def work(self, context: Context, account_id: int, job_id: int) -> None:
        """Take the job and end it."""
        now = context.clock.now()
        end = ChangeJob(
            account_id, job_id, lambda job: job.taken("w", now).ended("w", JobStatus.DONE, ""), context.stamp()
        )
        await context.apply(end)
        self.begun.set()


async def test_the_lease_of_a_job_ends(store: Store) -> None:
    """A job whose process has ended is started before `advance` returns."""
    worker = Worker()
    async with timed_service(store, worker=worker) as service:
        context, account = service.context, service.account
        job = await context.apply(AddJob(account.account_id, "known", JobStatus.DRAFT, "", context.stamp()))
        held = replace(job, status=JobStatus.RUNNING)
        take = partial(Job.taken, held, "gone", context.clock.now())
        await context.apply(ChangeJob(account.account_id, job.job_id, lambda _: take(), context.stamp()))
        await service.seconds(14)
        assert not worker.begun.is_set()
        await service.seconds(1)
        await asyncio.wait_for(worker.begun.wait(), 5)


async def test_setting_the_time_wakes_those_who_wait_by_themselves() -> None:
    """Without `advance` of the service: the relay and the runner look at once, and do not poll the frozen clock."""
    store = SqliteStore(None)
    await store.open()
    async with timed_service(store, sender=Script(FAILS, TAKE)) as service:
        await service.create()
        await service.ask()
        await until(lambda: bool(service.attempts))
        await service.seconds(0)
        service.clock.advance(5 * SECOND)
        begun = asyncio.get_running_loop().time()
        await until(lambda: len(service.attempts) == 2)
        assert asyncio.get_running_loop().time() - begun < 0.9, "that is, before the next look"
    await store.close()
