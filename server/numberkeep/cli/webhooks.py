"""`numberkeep webhooks`: where an account's events are sent, and what could not be delivered."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from numberkeep.app import make_notifier
from numberkeep.cli.on_database import account_option, database_option, first_line, json_option, run_for, time_text
from numberkeep.config.settings import load_settings
from numberkeep.domain.contact import moment
from numberkeep.domain.delivery import SENDER, Delivery, Webhook
from numberkeep.domain.errors import WebhookNotFound
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_PAGE, MAX_REPLAY
from numberkeep.service import webhooks as service
from numberkeep.service.context import Context


@click.group()
def webhooks() -> None:
    """Register, list and remove webhooks, and replay what they did not take."""


@webhooks.command()
@click.argument("url")
@click.option(
    "--type", "types", multiple=True, metavar="TYPE", help="An event that it gets; may come again. All unless given."
)
@click.option(
    "--secret-file",
    "secret",
    type=click.File("rb"),
    callback=first_line,
    help="A file (- for standard input) whose first line is the secret to sign with.",
)
@account_option
@database_option
@json_option
def add(
    url: str, types: tuple[str, ...], secret: str | None, account: str, database: str | None, *, as_json: bool
) -> None:
    """Register URL and show its secret, once."""
    if secret == "":
        raise click.BadParameter("its first line is empty", param_hint="--secret-file")
    settings = load_settings(database=database)

    async def create(context: Context, found: Account) -> Webhook:
        notifier = make_notifier(settings)
        try:
            return await service.create(context, notifier, found, url, types=types, secret=secret)
        finally:
            await notifier.close()

    webhook = run_for(database, account, create)
    if as_json:
        click.echo(json.dumps({**_shown(webhook), "secret": webhook.secret}))
    else:
        click.echo(f"{webhook.webhook_id}  {webhook.secret}")
        click.echo("Registered: its number and its secret, which is not shown again.", err=True)


@webhooks.command("list")
@account_option
@database_option
@json_option
def list_(account: str, database: str | None, *, as_json: bool) -> None:
    """List the account's webhooks, without their secrets."""
    shown = [_shown(webhook) for webhook in run_for(database, account, service.list_all)]
    if as_json:
        click.echo(json.dumps(shown))
        return
    for webhook in shown:
        click.echo(f"{webhook['id']}  {webhook['url']}  {' '.join(webhook['types']) or 'all events'}")


@webhooks.command("rm")
@click.argument("webhook_id", type=click.IntRange(1), metavar="ID")
@account_option
@database_option
def remove(webhook_id: int, account: str, database: str | None) -> None:
    """Remove the webhook ID, and all that is owed to it."""
    with _known(webhook_id):
        run_for(database, account, lambda context, found: service.delete(context, found, webhook_id))
    click.echo(f"Removed {webhook_id}.", err=True)


@webhooks.command()
@account_option
@database_option
@json_option
def dead(account: str, database: str | None, *, as_json: bool) -> None:
    """List what could not be delivered, to webhooks and to phones."""
    found = run_for(database, account, lambda context, of: service.dead(context, of, MAX_PAGE + 1))
    if as_json:
        click.echo(json.dumps([_dead(delivery) for delivery in found[:MAX_PAGE]]))
    else:
        for delivery in found[:MAX_PAGE]:
            to = "message" if delivery.target == SENDER else f"webhook {delivery.target}, event"
            click.echo(f"{to} {delivery.item}  {delivery.attempts} attempts  {delivery.error}")
    if len(found) > MAX_PAGE:
        click.echo(
            f"These are the first {MAX_PAGE}: `numberkeep webhooks replay` tries them and the others again.", err=True
        )


@webhooks.command()
@click.argument("webhook_id", type=click.IntRange(1), metavar="[ID]", required=False)
@account_option
@database_option
def replay(webhook_id: int | None, account: str, database: str | None) -> None:
    """Try again what could not be delivered: to the webhook ID, or all, messages too."""
    with _known(webhook_id):
        count = run_for(database, account, lambda context, found: service.replay(context, found, webhook_id))
    click.echo(f"{count} to be tried again.", err=True)
    if count == MAX_REPLAY:
        click.echo("There may be more: give the command again.", err=True)


@contextmanager
def _known(webhook_id: int | None) -> Iterator[None]:
    """Tell in one line of a webhook that is not there."""
    try:
        yield
    except WebhookNotFound as error:
        raise click.ClickException(
            f"there is no webhook {webhook_id}: `numberkeep webhooks list` shows them"
        ) from error


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.webhook_id,
        "url": webhook.url,
        "types": list(webhook.types),
        "created_at": time_text(moment(webhook.created_at)),
    }


def _dead(delivery: Delivery) -> dict[str, Any]:
    shown = {name: value for name, value in asdict(delivery).items() if name in {"attempts", "error"}}
    webhook = None if delivery.target == SENDER else delivery.target
    return {"webhook": webhook, "message" if webhook is None else "event": str(delivery.item), **shown}
