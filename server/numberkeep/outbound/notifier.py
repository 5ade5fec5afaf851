"""Takes events to webhooks: to checked addresses only, signed, in the form that the webhook asked for."""

import time
from collections.abc import Callable

from numberkeep.domain.delivery import Delivered, Webhook
from numberkeep.domain.errors import DeliveryFailed, TargetRefused
from numberkeep.domain.event import Event
from numberkeep.http.event_wire import encode_for
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.signing import event_delivery_id, signed_headers
from numberkeep.outbound.targets import Targets


class WebhookNotifier:
    """Posts events; see outlets.Notifier.

    Args:
        poster: what sends.
        targets: what tells where a URL leads, if it may.
        now: seconds since 1970; a test gives its own.
    """

    def __init__(self, poster: Poster, targets: Targets, now: Callable[[], float] = time.time) -> None:
        self._poster = poster
        self._targets = targets
        self._now = now

    async def notify(self, account: str, webhook: Webhook, event: Event) -> Delivered:
        """Post an event; any answer 2xx takes it, all others are tried again, for receivers are deployed late.

        Raises:
            DeliveryFailed: it was not taken, as far as is known.
        """
        try:
            target = await self._targets.resolve(webhook.url)
        except TargetRefused as refused:  # it was another address when it was registered, and may be so again
            raise DeliveryFailed(str(refused)) from refused
        body = encode_for(account, webhook.types, event)
        id_ = event_delivery_id(account, event.event_id, event.at)
        headers = signed_headers(webhook.secret, id_, int(self._now()), body)
        await self._poster.post_pinned(target, body, {"content-type": "application/json", **headers})
        return Delivered()

    async def check(self, url: str) -> None:
        """Look whether a webhook may have this URL.

        Raises:
            TargetRefused: it may not.
            DeliveryFailed: its host's name does not resolve now.
        """
        await self._targets.resolve(url)

    async def close(self) -> None:
        """Let go of connections."""
        await self._poster.close()
