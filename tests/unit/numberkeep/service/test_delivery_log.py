"""The log of failing deliveries."""

import logging

import pytest

from numberkeep.service import delivery_log
from numberkeep.service.delivery_log import DeliveryLog
from support.relaying import until


@pytest.fixture
def log() -> DeliveryLog:
    """Return a log in which no second passes."""
    return DeliveryLog()


def fail(log: DeliveryLog, count: int, account_id: int = 1) -> None:
    """Let deliveries fail, the last of them permanently."""
    for n in range(1, count):
        log.add(logging.WARNING, account_id, "failed", f"delivery {n} to webhook 7 failed: answered 500")
    log.add(
        logging.ERROR,
        account_id,
        "failed permanently",
        f"delivery {count} to webhook 7 failed permanently: answered 500",
    )


async def test_many_failures_are_two_lines(log: DeliveryLog, caplog: pytest.LogCaptureFixture) -> None:
    """The first one in full, and the number of the others, at the level of the worst."""
    caplog.set_level(logging.INFO)
    fail(log, 10_000)
    log.close()
    assert [(record.levelno, record.message) for record in caplog.records] == [
        (logging.WARNING, "account 1: delivery 1 to webhook 7 failed: answered 500"),
        (logging.ERROR, "more deliveries of 1 account in the last second: 9998 failed, 1 failed permanently"),
    ]


async def test_the_summary_comes_without_another_failure(
    log: DeliveryLog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the second has passed; a failure after a quiet second is a line again."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(delivery_log, "_SECONDS", 0.2)
    fail(log, 2)
    fail(log, 2, account_id=2)
    await until(lambda: log._timer is None)
    fail(log, 1)
    assert [record.message for record in caplog.records] == [
        "account 1: delivery 1 to webhook 7 failed: answered 500",
        "more deliveries of 2 accounts in the last second: 2 failed permanently, 1 failed",
        "account 1: delivery 1 to webhook 7 failed permanently: answered 500",
    ]
    log.close()


async def test_each_failure_is_logged_at_level_debug(log: DeliveryLog, caplog: pytest.LogCaptureFixture) -> None:
    """It shows every delivery."""
    caplog.set_level(logging.DEBUG)
    fail(log, 3)
    assert len(caplog.records) == 3
    log.close()
