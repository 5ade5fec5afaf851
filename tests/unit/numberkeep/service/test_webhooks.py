"""An account's webhooks."""

import pytest

from numberkeep.domain.errors import InvalidInput, MissingFields, WebhookNotFound
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.domain.limits import MAX_SECRET
from numberkeep.domain.outbox.attempt import Exchange
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.domain.outbox.errors import DeliveryFailed, TargetRefused
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.service import keys, webhooks
from numberkeep.service.context import Context

URL = "https://example.com/hook"
SECRET = "sixteen letters!"


class Gate:
    """A notifier with this result for every URL."""

    def __init__(self, verdict: Exception | None = None) -> None:
        self._verdict = verdict
        self.asked: list[str] = []

    async def notify(self, account: str, webhook: Webhook, event: Event, seen: Exchange | None = None) -> Delivered:
        """Deliver nothing."""
        raise NotImplementedError

    async def check(self, account: str, url: str) -> None:  # noqa: ARG002 - as outlets.Notifier has it
        """Return or raise the given result."""
        self.asked.append(url)
        if self._verdict is not None:
            raise self._verdict

    async def close(self) -> None:
        """Do nothing."""


async def register(
    context: Context, account: Account, gate: Gate, url: str = URL, *types: str, secret: str | None = None
) -> Webhook:
    """Register a webhook."""
    return await webhooks.create(context, gate, account, url, types=types, secret=secret)


async def test_a_webhook_is_stored_as_requested(context: Context, account: Account) -> None:
    """Including its type names and its secret; the default secret is random."""
    gate = Gate()
    given = await register(context, account, gate, URL, "receive", "contact.created", secret=SECRET)
    one, two = [await register(context, account, gate) for _ in range(2)]
    assert (given.webhook_id, given.url, given.types, given.secret) == (1, URL, ("receive", "contact.created"), SECRET)
    assert one.types == ()
    assert one.secret.startswith("whsec_")
    assert one.secret != two.secret
    assert [each.webhook_id for each in await webhooks.list_all(context, account)] == [1, 2, 3]
    assert gate.asked == [URL] * 3


async def test_an_invalid_webhook_is_refused(context: Context, account: Account) -> None:
    """An empty URL, a refused target and an unknown type, by field; an unknown type causes no DNS query."""
    gate = Gate(TargetRefused("10.0.0.1 is a private address"))
    with pytest.raises(MissingFields):
        await register(context, account, gate, " ")
    with pytest.raises(InvalidInput) as unknown:
        await register(context, account, gate, URL, "nothing")
    assert gate.asked == []
    with pytest.raises(InvalidInput) as refused:
        await register(context, account, gate)
    fields = [(error.field, error.message) for error in (*unknown.value.fields, *refused.value.fields)]
    assert [field for field, _ in fields] == ["types", "url"]
    assert fields[1][1] == "10.0.0.1 is a private address"
    assert list(await webhooks.list_all(context, account)) == []


@pytest.mark.parametrize(
    "secret", ["", " ends", "line\n", "tab\t", "sch\u00f6n", "\x7f", "x" * (MAX_SECRET + 1), "x" * 15]
)
async def test_a_secret_that_a_header_cannot_carry_or_is_short_is_refused(
    context: Context, account: Account, secret: str
) -> None:
    """The error names the field and does not contain the secret; the maximum length is accepted."""
    with pytest.raises(InvalidInput) as refused:
        await register(context, account, Gate(), secret=secret)
    assert [error.field for error in refused.value.fields] == ["secret"]
    assert not secret or secret not in str(refused.value)
    assert (await register(context, account, Gate(), secret="x" * MAX_SECRET)).secret == "x" * MAX_SECRET
    assert len(await webhooks.list_all(context, account)) == 1


async def test_a_name_that_does_not_resolve_is_accepted(context: Context, account: Account) -> None:
    """It is checked again at each delivery."""
    assert (await register(context, account, Gate(DeliveryFailed("does not resolve")))).webhook_id == 1


async def test_another_account_s_webhook_is_not_found(context: Context, account: Account) -> None:
    """Even by its number; it is not removed."""
    other = (await keys.create(context, "other", KeyPair("key2", "s"))).account
    await register(context, account, Gate())
    for number in (0, 1, 2):
        with pytest.raises(WebhookNotFound):
            await webhooks.delete(context, other, number)
    await webhooks.delete(context, account, 1)
    assert list(await webhooks.list_all(context, account)) == []
