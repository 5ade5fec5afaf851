"""What `numberkeep doctor` makes of what it finds."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from numberkeep.cli.doctor_account import account_checks, disk_checks, sender_check
from numberkeep.cli.doctor_checks import Check, State, exit_code, ok, problem, summary, told, warning, worst
from numberkeep.cli.doctor_database import _file
from numberkeep.cli.exit_codes import ExitCode, Failure
from numberkeep.store.space import MB, Space
from numberkeep.wire.doctor import DeliveriesOut, DiskOut, DoctorAnswer, Room, WebhookStateOut

NONE = DeliveriesOut(0, 0, "")


def state(
    *,
    messages: DeliveriesOut = NONE,
    callbacks: DeliveriesOut = NONE,
    webhooks: tuple[WebhookStateOut, ...] = (),
    logged: bool = False,
    usual_region: str | None = None,
) -> DoctorAnswer:
    """Return the state of an account."""
    return DoctorAnswer("1", "acme", "US", usual_region, "log", (), logged, messages, callbacks, webhooks, None)


def named(found: DoctorAnswer, name: str) -> list[Check]:
    """Return the checks of this name."""
    return [check for check in account_checks(found) if check.name == name]


def webhook(
    *, deliveries: DeliveriesOut = NONE, fault: str = "", disabled_at: datetime | None = None
) -> WebhookStateOut:
    """Return the state of a webhook."""
    return WebhookStateOut(3, "example.com", disabled_at, deliveries, fault)


def test_status_callbacks_that_do_not_arrive() -> None:
    """They have no webhook; if all arrive, nothing is said of them."""
    found = state(callbacks=DeliveriesOut(2, 1, "answered 500"))
    assert named(found, "callbacks") == [
        warning(
            "callbacks",
            "2 status callbacks failed and will be retried (answered 500)",
            "look at the receiver; nothing else is to be done",
        ),
        problem(
            "callbacks",
            "1 status callbacks exhausted their retries (answered 500)",
            "run `numberkeep webhooks replay` once the cause is removed",
        ),
    ]
    assert named(state(), "callbacks") == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (webhook(), ok("webhooks", "webhook 3 (example.com) is enabled")),
        (
            webhook(disabled_at=datetime(2026, 11, 30, tzinfo=UTC)),
            problem(
                "webhooks",
                "webhook 3 (example.com) is disabled since 2026-11-30T00:00:00Z, because its receiver answered 410",
                "run `numberkeep webhooks enable 3` once it works, or `numberkeep webhooks rm 3`",
            ),
        ),
        (
            webhook(fault="the host has a private address; allow its network by X", deliveries=DeliveriesOut(2, 0, "")),
            problem(
                "webhooks",
                "webhook 3 (example.com) cannot be reached, because the host has a private address",
                "allow its network by X",
            ),
        ),
        (
            webhook(deliveries=DeliveriesOut(0, 1000, "answered 500")),
            problem(
                "webhooks",
                "1000 or more events to webhook 3 (example.com) exhausted their retries (answered 500)",
                "run `numberkeep webhooks replay 3` once the cause is removed",
            ),
        ),
        (
            webhook(deliveries=DeliveriesOut(7, 0, "could not connect")),
            warning(
                "webhooks",
                "7 events to webhook 3 (example.com) failed and will be retried (could not connect)",
                "look at the receiver; nothing else is to be done",
            ),
        ),
    ],
    ids=["fine", "disabled", "unreachable", "dead", "failing"],
)
def test_a_webhook(given: WebhookStateOut, expected: Check) -> None:
    """One line, with the command that fixes it."""
    assert named(state(webhooks=(given,)), "webhooks") == [expected]


def test_messages() -> None:
    """Dead ones are a problem, those that are retried a warning."""
    assert [check.state for check in named(state(messages=DeliveriesOut(1, 1, "x")), "messages")] == [
        State.WARNING,
        State.PROBLEM,
    ]
    assert [check.state for check in named(state(), "messages")] == [State.OK]


def test_the_region() -> None:
    """The fix is the command for the account."""
    [check] = named(state(usual_region="GB"), "region")
    assert (check.state, check.fix) == (State.WARNING, "run `numberkeep accounts set acme --region GB`")


def test_the_sender_log_is_fine_until_it_gets_a_message() -> None:
    """Then somebody waited for one."""
    assert [sender_check(state(logged=each)).state for each in (False, True)] == [State.OK, State.WARNING]


@pytest.mark.parametrize(
    ("room", "temporary", "states"),
    [
        ("enough", "enough", [State.OK]),
        ("low", "enough", [State.WARNING]),
        ("full", "low", [State.PROBLEM, State.WARNING]),
        ("enough", "full", [State.PROBLEM]),
    ],
)
def test_the_disk_of_a_service(room: Room, temporary: Room, states: list[State]) -> None:
    """Nothing if it is not known; a large WAL is a warning of its own."""
    assert [check.state for check in disk_checks(DiskOut(room, temporary, wal_is_large=False))] == states
    assert [check.state for check in disk_checks(DiskOut(room, temporary, wal_is_large=True))] == [
        *states,
        State.WARNING,
    ]
    assert list(disk_checks(None)) == []


def test_the_disk_of_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With sizes, because it is the own machine."""
    space = Space(free=50 * MB, size=2_345 * MB, wal=600 * MB, temporary=400 * MB)
    monkeypatch.setattr("numberkeep.cli.doctor_database.measure", lambda _: space)
    path = tmp_path / "a.db"
    path.touch(0o600)
    assert [(check.state, check.message) for check in _file(path) if check.name == "disk"] == [
        (State.PROBLEM, "50 MB are free for a database of 2.3 GB"),
        (State.WARNING, "400 MB are free for temporary files"),
        (State.WARNING, "the WAL grew over 500 MB, because something reads for long"),
    ]


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite creates files in it."""
    path = tmp_path / "a.db"
    path.touch(0o600)
    monkeypatch.setattr(os, "access", lambda place, _: place != tmp_path)  # root may write everything
    [check] = [check for check in _file(path) if check.name == "permissions"]
    assert (check.state, check.message) == (State.PROBLEM, f"this user cannot write {tmp_path}")


def test_the_worst_check_decides() -> None:
    """The exit code and the summary."""
    fine, doubtful, wrong = ok("a", "b"), warning("a", "b", "c"), problem("a", "b", "c")
    for checks, code, words in (
        ([fine], ExitCode.DONE, "Nothing is wrong (1 check)."),
        ([fine, doubtful], ExitCode.PARTLY, "1 warning found."),
        ([wrong, doubtful, doubtful, fine], ExitCode.FAILED, "1 problem and 2 warnings found."),
    ):
        assert (exit_code(worst(checks)), summary(checks)) == (code, words)


def test_an_error_becomes_a_problem_with_its_fix() -> None:
    """The fix is what follows the last colon."""
    assert told("address", Failure("cannot reach http://x:1: start it")) == problem(
        "address", "cannot reach http://x:1", "start it"
    )
    assert told("address", ValueError("no fix")) == problem("address", "no fix", "")
