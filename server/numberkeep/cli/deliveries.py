"""`numberkeep webhooks dead` and `numberkeep webhooks replay`: deliveries that exhausted their retries."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import httpx2
import msgspec

from numberkeep.cli.exit_codes import ExitCode, Failure, end
from numberkeep.cli.on_service import Refused, read_json
from numberkeep.cli.targets import either, either_options, json_option
from numberkeep.domain.errors import WebhookNotFound
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_PAGE, MAX_REPLAY
from numberkeep.service import webhooks as service
from numberkeep.service.context import Context
from numberkeep.wire.webhooks import DeliveryOut, delivery_out

_PATH = "/_numberkeep/deliveries"
_NOT_FOUND = 404


@contextmanager
def known(webhook_id: int | None) -> Iterator[None]:
    """Report a webhook that does not exist in one line."""
    unknown = Failure(f"there is no webhook {webhook_id}: `numberkeep webhooks list` lists them")
    try:
        yield
    except WebhookNotFound:
        raise unknown from None
    except Refused as refused:
        if refused.status == _NOT_FOUND:
            raise unknown from None
        raise


@click.command()
@either_options
@json_option
def dead(database: str | None, account: str | None, *, as_json: bool) -> None:
    """List deliveries that exhausted their retries.

    Events for webhooks and for status callbacks, and messages to phones are listed.
    """

    async def stored(context: Context, found: Account) -> Sequence[DeliveryOut]:
        return [delivery_out(each) for each in await service.dead(context, found, MAX_PAGE)]

    def called(client: httpx2.Client) -> Sequence[DeliveryOut]:
        answer = client.get(_PATH, params={"limit": MAX_PAGE})
        try:
            return msgspec.convert(read_json(answer), list[DeliveryOut])
        except msgspec.ValidationError:
            raise Refused(answer) from None

    listed = either(database, account, on_service=called, on_database=stored)
    if as_json:
        click.echo(json.dumps([_shown(each) for each in listed]))
    else:
        for each in listed:
            click.echo(f"{_target(each)}  {each.attempts} attempts  {each.error}")
    if not listed and not as_json:
        click.echo("No delivery exhausted its retries.", err=True)
    if len(listed) == MAX_PAGE:
        click.echo(f"{MAX_PAGE} are listed at most: `numberkeep webhooks replay` retries all of them.", err=True)


@click.command()
@click.argument("webhook_id", type=click.IntRange(1), metavar="[ID]", required=False)
@either_options
def replay(webhook_id: int | None, database: str | None, account: str | None) -> None:
    """Retry failed deliveries to the webhook ID, or all of them.

    Without ID, status callbacks and messages to phones are retried too. Exits with 3 if there may be more: repeat the
    command then.
    """

    async def stored(context: Context, found: Account) -> int:
        return await service.replay(context, found, webhook_id)

    def called(client: httpx2.Client) -> int:
        answer = client.post(f"{_PATH}/replay", json={"webhook": webhook_id})
        body = read_json(answer)
        try:
            return int(body["amount"])
        except (KeyError, TypeError, ValueError):
            raise Refused(answer) from None

    with known(webhook_id):
        count = either(database, account, on_service=called, on_database=stored, does="Changed")
    click.echo(f"{count} {'delivery' if count == 1 else 'deliveries'} will be retried.", err=True)
    if count == MAX_REPLAY:
        click.echo("There may be more: repeat the command.", err=True)
        end(ExitCode.PARTLY)


def _target(delivery: DeliveryOut) -> str:
    if delivery.event is None:
        return f"message {delivery.message}"
    to = "status callback" if delivery.webhook is None else f"webhook {delivery.webhook}"
    return f"{to}, event {delivery.event}"


def _shown(delivery: DeliveryOut) -> dict[str, Any]:
    item = {"message": delivery.message} if delivery.event is None else {"event": delivery.event}
    return {"webhook": delivery.webhook, **item, "attempts": delivery.attempts, "error": delivery.error}
