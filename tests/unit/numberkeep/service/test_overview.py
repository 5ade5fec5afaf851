"""The numbers of an account at a glance."""

from numberkeep.domain.identity import Account
from numberkeep.domain.outbox.delivery import CALLBACKS, SENDER
from numberkeep.domain.overview import Backlog
from numberkeep.domain.work.changes import DAY
from numberkeep.service.context import Context
from numberkeep.service.overview import overview
from support.store import SECOND, AccountDriver, phone


async def test_contacts_are_counted_back_from_today(context: Context, account: Account) -> None:
    """A deleted contact counts until the day of its deletion; days without events are among them."""
    today = context.clock.now() // DAY
    driver = AccountDriver(context.store, account.account_id)
    for n, days in ((1, 5), (2, 3), (3, 3), (4, 0)):
        await driver.create(phone(n), at=(today - days) * DAY + n * SECOND)
    await driver.delete(phone(2), at=(today - 1) * DAY)
    found = await overview(context, account, 5)
    assert found.contacts == 3
    assert [(day.day - today, day.contacts) for day in found.days] == [(-4, 1), (-3, 3), (-2, 3), (-1, 2), (0, 3)]


async def test_a_clock_that_was_set_back_shows_no_day_to_come(context: Context, account: Account) -> None:
    """What was recorded after now is counted back too."""
    driver = AccountDriver(context.store, account.account_id)
    today = context.clock.now() // DAY
    await driver.create(phone(1), at=(today + 2) * DAY)
    await driver.create(phone(2), at=today * DAY)
    found = await overview(context, account, 2)
    assert [(day.day - today, day.contacts) for day in found.days] == [(-1, 0), (0, 1)]


async def test_every_target_has_a_backlog(context: Context, account: Account) -> None:
    """Messages, status callbacks and each webhook."""
    driver = AccountDriver(context.store, account.account_id)
    await driver.add_webhook()
    await driver.send(phone(1), status_callback="https://example.com/")
    await driver.receive(phone(2), "No")
    found = await overview(context, account, 1)
    assert found.open_reviews == 1
    assert found.backlogs == [Backlog(SENDER, 1, 0, 0), Backlog(CALLBACKS, 0, 0, 0), Backlog(1, 3, 0, 0)]
    assert not any(each.is_more for each in found.backlogs)
