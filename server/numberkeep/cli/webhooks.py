"""`numberkeep webhooks`: where an account's events are sent."""

import json
from collections.abc import Sequence
from typing import Any

import click
import httpx2
import msgspec

from numberkeep.cli.deliveries import dead, known, replay
from numberkeep.cli.on_database import time_text
from numberkeep.cli.on_service import Refused, read_json
from numberkeep.cli.secret_file import first_line
from numberkeep.cli.targets import either, either_options, json_option
from numberkeep.config.settings import load_settings
from numberkeep.domain.identity import Account
from numberkeep.domain.outbox.errors import NetworkRefused
from numberkeep.service import webhooks as service
from numberkeep.service.context import Context
from numberkeep.service.outlets import Notifier
from numberkeep.wire.webhooks import WebhookOut, webhook_out

_PATH = "/_numberkeep/webhooks"


@click.group()
def webhooks() -> None:
    """Manage webhooks and failed deliveries."""


webhooks.add_command(dead)
webhooks.add_command(replay)


@webhooks.command()
@click.argument("url")
@click.option(
    "--type", "types", multiple=True, metavar="TYPE", help="Event type to send; repeatable. Default: all types."
)
@click.option(
    "--secret-file",
    "secret",
    type=click.File("rb"),
    callback=first_line,
    help="File (- for standard input) whose first line is the signing secret; random by default.",
)
@either_options
@json_option
def add(
    url: str, types: tuple[str, ...], secret: str | None, database: str | None, account: str | None, *, as_json: bool
) -> None:
    """Register URL as a webhook, and print its id and signing secret.

    This is the only time that the secret is shown. The service decides whether URL leads into a network that it may
    reach. With --database, that is found out at delivery: an address in a private network is only warned about.
    """
    if secret == "":
        raise click.BadParameter("the first line is empty: write the secret there", param_hint="--secret-file")

    async def stored(context: Context, found: Account) -> WebhookOut:
        from numberkeep.app import make_notifier  # noqa: PLC0415 - a command that calls a service should start fast

        notifier = make_notifier(load_settings(), context.clock)
        try:
            made = await service.create(context, _Lenient(notifier), found, url, types=types, secret=secret)
        finally:
            await notifier.close()
        return webhook_out(made, with_secret=True)

    def called(client: httpx2.Client) -> WebhookOut:
        answer = client.post(_PATH, json={"url": url, "types": types, "secret": secret})
        body = read_json(answer)
        try:
            return msgspec.convert(body["webhook"], WebhookOut)
        except (KeyError, TypeError, msgspec.ValidationError):
            raise Refused(answer) from None

    webhook = either(database, account, on_service=called, on_database=stored, does="Changed")
    if as_json:
        click.echo(json.dumps({**_shown(webhook), "secret": webhook.secret}))
    else:
        click.echo(f"{webhook.id}  {webhook.secret}")
        click.echo("Registered with this id and secret. The secret is not shown again.", err=True)


@webhooks.command("list")
@either_options
@json_option
def list_(database: str | None, account: str | None, *, as_json: bool) -> None:
    """List webhooks, without their secrets."""

    async def stored(context: Context, found: Account) -> Sequence[WebhookOut]:
        return [webhook_out(each) for each in await service.list_all(context, found)]

    def called(client: httpx2.Client) -> Sequence[WebhookOut]:
        answer = client.get(_PATH)
        try:
            return msgspec.convert(read_json(answer), list[WebhookOut])
        except msgspec.ValidationError:
            raise Refused(answer) from None

    listed = either(database, account, on_service=called, on_database=stored)
    if as_json:
        click.echo(json.dumps([_shown(each) for each in listed]))
        return
    for each in listed:
        disabled = f"  disabled {time_text(each.disabled_at)}" if each.disabled_at else ""
        click.echo(f"{each.id}  {each.url}  {' '.join(each.types) or 'all events'}{disabled}")
    if not listed:
        click.echo("There are no webhooks: `numberkeep webhooks add URL` registers one.", err=True)


@webhooks.command()
@click.argument("webhook_id", type=click.IntRange(1), metavar="ID")
@either_options
def enable(webhook_id: int, database: str | None, account: str | None) -> None:
    """Enable the webhook ID again.

    A webhook is disabled when its receiver answers 410. The events that were pending then are delivered now; later
    ones are only in the event stream.
    """

    async def stored(context: Context, found: Account) -> None:
        await service.enable(context, found, webhook_id)

    def called(client: httpx2.Client) -> None:
        read_json(client.post(f"{_PATH}/{webhook_id}", json={"state": "enabled"}))

    with known(webhook_id):
        either(database, account, on_service=called, on_database=stored, does="Changed")
    click.echo(f"Enabled {webhook_id}.", err=True)


@webhooks.command("rm")
@click.argument("webhook_id", type=click.IntRange(1), metavar="ID")
@either_options
def remove(webhook_id: int, database: str | None, account: str | None) -> None:
    """Remove the webhook ID and its pending deliveries."""

    async def stored(context: Context, found: Account) -> None:
        await service.delete(context, found, webhook_id)

    def called(client: httpx2.Client) -> None:
        read_json(client.delete(f"{_PATH}/{webhook_id}"))

    with known(webhook_id):
        either(database, account, on_service=called, on_database=stored, does="Changed")
    click.echo(f"Removed {webhook_id}.", err=True)


class _Lenient:
    """Checks a URL as a notifier does, but only warns about networks: the service's settings decide about them.

    They are not known here, and the service checks the address again at every delivery.
    """

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    async def check(self, account: str, url: str) -> None:
        """Check the form of a URL."""
        try:
            await self._notifier.check(account, url)
        except NetworkRefused as refused:
            click.echo(f"Warning: {refused} where the service runs, or it delivers nothing there.", err=True)


def _shown(webhook: WebhookOut) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "types": list(webhook.types),
        "created_at": time_text(webhook.created_at),
        "disabled_at": webhook.disabled_at and time_text(webhook.disabled_at),
    }
