"""What `numberkeep doctor` makes of an account's state, which a service reports or a database contains."""

from collections.abc import Iterator
from typing import Final

import msgspec

from numberkeep.cli.doctor_checks import Check, ok, problem, warning
from numberkeep.cli.on_database import time_text
from numberkeep.service.doctor import MOST
from numberkeep.wire.doctor import DeliveriesOut, DiskOut, DoctorAnswer, WebhookStateOut

_SENDERS: Final = "`numberkeep serve --help` lists the senders"


def account_checks(found: DoctorAnswer) -> Iterator[Check]:
    """Yield the checks of the region, the messages, their status callbacks and the webhooks."""
    yield _region(found)
    yield from _deliveries("messages", "messages", found.messages, "numberkeep webhooks replay")
    yield from _deliveries("callbacks", "status callbacks", found.callbacks, "numberkeep webhooks replay")
    if not found.webhooks:
        yield ok("webhooks", "none is registered")
    for webhook in found.webhooks:
        checks = list(_webhook(webhook))
        yield from checks or [ok("webhooks", f"webhook {webhook.id} ({webhook.host}) is enabled")]


def sender_check(found: DoctorAnswer) -> Check:
    """Return the check of the sender."""
    if found.sender == "log":
        if found.logged:
            return logged()
        return ok("sender", f"there is none, so messages are not sent but logged ({_SENDERS})")
    if found.sender == "test":
        return ok("sender", "the service is in test mode, so messages reach nobody")
    if found.sender_lacks:
        means = {
            "NUMBERKEEP_LINE": "messages to contacts without a sendblue_number may fail",
            "NUMBERKEEP_SENDER_SECRET": "its requests are not signed",
        }
        consequences = " and ".join(means[name] for name in found.sender_lacks)
        return warning(
            "sender", f"{found.sender} is incomplete, {consequences}", f"set {' and '.join(found.sender_lacks)}"
        )
    return ok("sender", f"messages are sent by {found.sender}")


def logged() -> Check:
    """Return the check of messages that were logged."""
    return warning(
        "sender",
        "there was none, and messages to people were logged instead of sent",
        f"set NUMBERKEEP_SENDER where the service runs ({_SENDERS})",
    )


def disk_checks(disk: DiskOut | None) -> Iterator[Check]:
    """Yield the checks of the room, in words that reveal no size."""
    if disk is None:
        return
    if disk.room == disk.temporary == "enough":
        yield ok("disk", "there is room for the database and for temporary files")
    for what, room in (("the database", disk.room), ("temporary files", disk.temporary)):
        if room == "full":
            yield problem("disk", f"there is almost no room for {what}", "free some on the service's machine")
        elif room == "low":
            yield warning("disk", f"there is little room for {what}", "free some on the service's machine")
    if disk.wal_is_large:
        yield large_wal()


def large_wal() -> Check:
    """Return the check of a WAL that something keeps from being started over."""
    return warning(
        "disk", "the WAL grew over 500 MB, because something reads for long", "end long exports, or restart the service"
    )


def _region(found: DoctorAnswer) -> Check:
    if found.usual_region is None:
        return ok("region", f"numbers without + are read as those of {found.region}")
    return warning(
        "region",
        f"numbers without + are read as those of {found.region}, but most of the newest contacts are of "
        f"{found.usual_region}",
        f"run `numberkeep accounts set {found.account} --region {found.usual_region}`",
    )


def _webhook(webhook: WebhookStateOut) -> Iterator[Check]:
    name = f"webhook {webhook.id} ({webhook.host})"
    if webhook.disabled_at is not None:
        yield problem(
            "webhooks",
            f"{name} is disabled since {time_text(webhook.disabled_at)}, because its receiver answered 410",
            f"run `numberkeep webhooks enable {webhook.id}` once it works, or `numberkeep webhooks rm {webhook.id}`",
        )
    deliveries = webhook.deliveries
    if webhook.fault:
        fault, _, fix = webhook.fault.partition("; ")
        fix = fix or f"correct its host, or run `numberkeep webhooks rm {webhook.id}`"
        yield problem("webhooks", f"{name} cannot be reached, because {fault}", fix)
        deliveries = msgspec.structs.replace(deliveries, failing=0)  # for the same reason
    replay = f"numberkeep webhooks replay {webhook.id}"
    yield from _deliveries("webhooks", f"events to {name}", deliveries, replay)


def _deliveries(name: str, what: str, found: DeliveriesOut, replay: str) -> Iterator[Check]:
    why = f" ({found.error})" if found.error else ""
    if found.failing:
        fix = "look at the receiver; nothing else is to be done"
        yield warning(name, f"{_count(found.failing)} {what} failed and will be retried{why}", fix)
    if found.dead:
        yield problem(
            name,
            f"{_count(found.dead)} {what} exhausted their retries{why}",
            f"run `{replay}` once the cause is removed",
        )
    if name == "messages" and not (found.failing or found.dead):
        yield ok(name, "no delivery fails")


def _count(number: int) -> str:
    return f"{MOST} or more" if number == MOST else str(number)
