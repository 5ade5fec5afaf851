"""Status callbacks: the URL that a message names is notified of the message's status, as a webhook is of events."""

from typing import Final

from numberkeep.domain.event import Event, EventType
from numberkeep.domain.messages.message import Message, MessageStatus
from numberkeep.domain.outbox.delivery import CALLBACKS
from numberkeep.domain.webhooks.webhook import Webhook

STATUS_CALLBACK: Final = "status_callback"
"""The type of such a webhook; no account can register it."""


def callback_of(event: Event) -> Webhook | None:
    """Return the webhook that gets the status in an event; None if the event is not a new status of such a message.

    That a message is queued is no news: the answer to its request says so.
    """
    message = event.subject
    if not isinstance(message, Message) or not message.status_callback:
        return None
    if event.type is EventType.MESSAGE_CREATED and message.status is MessageStatus.QUEUED:
        return None
    return Webhook(CALLBACKS, message.status_callback, "", (STATUS_CALLBACK,), message.at)
