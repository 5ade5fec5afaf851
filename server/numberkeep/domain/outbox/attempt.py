"""Attempts to deliver events to webhooks, as they are kept for people who look for an error."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

KEPT_ATTEMPTS: Final = 200
"""How many attempts of each webhook are kept; older ones are deleted by the write that adds a new one."""

KEPT_REQUEST_BYTES: Final = 4096
KEPT_ANSWER_BYTES: Final = 1024

HIDDEN: Final = "(hidden)"
"""What stands for a secret in a header."""


@dataclass(slots=True)
class Exchange:
    """A request and its answer, filled in by the code that sends the request.

    Attributes:
        headers: the request's headers, without secrets.
        request: the beginning of its body.
        status: the status of the answer; 0 if there was none.
        answer: the beginning of the answer's body.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    request: bytes = b""
    status: int = 0
    answer: bytes = b""

    def sends(self, headers: Mapping[str, str], body: bytes, secret: str) -> None:
        """Note a request before it is sent; headers that contain the secret are hidden."""
        self.headers = {name: HIDDEN if secret and secret in value else value for name, value in headers.items()}
        self.request = body[:KEPT_REQUEST_BYTES]


@dataclass(slots=True, frozen=True)
class Attempt:
    """One attempt to deliver an event to a webhook.

    Attributes:
        attempt_id: its number within the account, from 1; 0 until it is stored.
        webhook_id: the webhook.
        event_id: the event; 0 for a sample.
        phone: the number that the event concerns, E.164; `""` for a sample and for an event that concerns none.
        type: the event's type.
        at: when it began, microseconds since 1970.
        took: how long it took, microseconds.
        attempts: which attempt of the delivery it was, from 1.
        error: why it failed, without numbers and names; `""` if it did not.
        url: where it was sent.
        exchange: the request and the answer.
        sample: whether it was a sample, which somebody asked for.
    """

    attempt_id: int
    webhook_id: int
    event_id: int
    phone: str
    type: str
    at: int
    took: int
    attempts: int
    error: str
    url: str
    exchange: Exchange
    sample: bool = False
