"""Sends events to webhooks: to checked addresses only, signed, in the form that the webhook is registered for."""

from collections.abc import Callable

from numberkeep.domain.event import SAMPLE, Event
from numberkeep.domain.outbox.attempt import Exchange
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.domain.outbox.errors import DeliveryFailed, TargetRefused
from numberkeep.domain.webhooks.types import HOSTED_NAMES
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.signing import event_delivery_id, signed_headers
from numberkeep.outbound.targets import Targets
from numberkeep.wire.hosted_events import encode_for


class WebhookNotifier:
    """Posts events; see outlets.Notifier.

    Args:
        poster: sends the requests.
        targets: resolves and checks URLs.
        now: returns the time of day, seconds since 1970.
        reveals: whether the secret itself is sent to every webhook, and not only to those with a hosted name. The
            default is False.
    """

    def __init__(self, poster: Poster, targets: Targets, now: Callable[[], float], *, reveals: bool = False) -> None:
        self._poster = poster
        self._targets = targets
        self._reveals = reveals
        self._now = now

    async def notify(self, account: str, webhook: Webhook, event: Event, seen: Exchange | None = None) -> Delivered:
        """Post an event. Any status except 2xx and 410 is retried, because a receiver may be deployed later.

        Raises:
            ReceiverGone: the status is 410.
            DeliveryFailed: the event was not accepted, as far as is known.
        """
        try:
            target = await self._targets.resolve(account, webhook.url)
        except TargetRefused as refused:  # the address was allowed at registration, and may be allowed again
            raise DeliveryFailed(str(refused)) from refused
        body = encode_for(account, webhook.types, event)
        id_ = event_delivery_id(account, event.event_id, event.at)
        reveals = self._reveals or not HOSTED_NAMES.keys().isdisjoint(webhook.types)
        headers = signed_headers(webhook.secret, id_, int(self._now()), body, reveals=reveals)
        headers = {"content-type": "application/json", **headers}
        if event.event_id == SAMPLE:
            headers["numberkeep-sample"] = "true"
        if seen is not None:
            seen.sends(headers, body, webhook.secret)
        await self._poster.post_pinned(target, body, headers, seen)
        return Delivered()

    async def check(self, account: str, url: str) -> None:
        """Check whether a webhook of the account may have this URL.

        Raises:
            TargetRefused: it may not.
            DeliveryFailed: its host name does not resolve at this moment.
        """
        await self._targets.resolve(account, url)

    async def close(self) -> None:
        """Close connections."""
        await self._poster.close()
