"""The shape of what `numberkeep doctor` asks a service."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from numberkeep.wire.field_types import Time

Room = Literal["enough", "low", "full"]


class DeliveriesOut(msgspec.Struct):
    """Deliveries that do not arrive: how many are retried and how many exhausted their retries, up to a thousand.

    `error` says why one of them failed; it is empty if none did.
    """

    failing: int
    dead: int
    error: str


class WebhookStateOut(msgspec.Struct):
    """A webhook: its host, its deliveries, and why its URL cannot be reached by now; `fault` is empty if it can."""

    id: int
    host: str
    disabled_at: Time | None
    deliveries: DeliveriesOut
    fault: str


class DiskOut(msgspec.Struct):
    """Whether the disk has room for the database and for temporary files, and whether the WAL grew large."""

    room: Room
    temporary: Room
    wal_is_large: bool


class DoctorAnswer(msgspec.Struct):
    """The state of the service and of the account.

    `usual_region` is the region of most of the newest contacts, if numbers without + are read as those of another one.
    `sender_lacks` names settings without which the sender cannot send every message, and `logged` says whether one of
    the newest messages was logged instead of sent. `callbacks` are the deliveries of statuses to the URLs that messages
    name. `disk` is null if it is not known.
    """

    version: str
    account: str
    region: str
    usual_region: str | None
    sender: Literal["log", "webhook", "sendblue", "twilio", "test"]
    sender_lacks: Sequence[str]
    logged: bool
    messages: DeliveriesOut
    callbacks: DeliveriesOut
    webhooks: Sequence[WebhookStateOut]
    disk: DiskOut | None
    status: Literal["OK"] = "OK"
