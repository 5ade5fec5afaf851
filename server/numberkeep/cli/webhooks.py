"""`numberkeep webhooks`: where an account's events are sent, and failed deliveries."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from numberkeep.app import make_notifier
from numberkeep.cli.exit_codes import ExitCode, Failure, end
from numberkeep.cli.on_database import run_for, time_text
from numberkeep.cli.secret_file import first_line
from numberkeep.cli.targets import account_option, database_option, json_option
from numberkeep.config.settings import load_settings
from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.errors import WebhookNotFound
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_PAGE, MAX_REPLAY
from numberkeep.domain.outbox.delivery import SENDER, Delivery
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.service import webhooks as service
from numberkeep.service.context import Context


@click.group()
def webhooks() -> None:
    """Manage webhooks and failed deliveries."""


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
@account_option
@database_option
@json_option
def add(url: str, types: tuple[str, ...], secret: str | None, account: str, database: str, *, as_json: bool) -> None:
    """Register URL as a webhook, and print its id and signing secret.

    This is the only time that the secret is shown.
    """
    if secret == "":
        raise click.BadParameter("the first line is empty: write the secret there", param_hint="--secret-file")
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
        click.echo("Registered with this id and secret. The secret is not shown again.", err=True)


@webhooks.command("list")
@account_option
@database_option
@json_option
def list_(account: str, database: str, *, as_json: bool) -> None:
    """List webhooks, without their secrets."""
    shown = [_shown(webhook) for webhook in run_for(database, account, service.list_all)]
    if as_json:
        click.echo(json.dumps(shown))
        return
    for webhook in shown:
        disabled = f"  disabled {webhook['disabled_at']}" if webhook["disabled_at"] else ""
        click.echo(f"{webhook['id']}  {webhook['url']}  {' '.join(webhook['types']) or 'all events'}{disabled}")


@webhooks.command()
@click.argument("webhook_id", type=click.IntRange(1), metavar="ID")
@account_option
@database_option
def enable(webhook_id: int, account: str, database: str) -> None:
    """Enable the webhook ID again.

    A webhook is disabled when its receiver answers 410. The events that were pending then are delivered now; later
    ones are only in the event stream.
    """
    with _known(webhook_id):
        run_for(database, account, lambda context, found: service.enable(context, found, webhook_id))
    click.echo(f"Enabled {webhook_id}.", err=True)


@webhooks.command("rm")
@click.argument("webhook_id", type=click.IntRange(1), metavar="ID")
@account_option
@database_option
def remove(webhook_id: int, account: str, database: str) -> None:
    """Remove the webhook ID and its pending deliveries."""
    with _known(webhook_id):
        run_for(database, account, lambda context, found: service.delete(context, found, webhook_id))
    click.echo(f"Removed {webhook_id}.", err=True)


@webhooks.command()
@account_option
@database_option
@json_option
def dead(account: str, database: str, *, as_json: bool) -> None:
    """List deliveries that exhausted their retries.

    Both events for webhooks and messages to phones are listed.
    """
    found = run_for(database, account, lambda context, of: service.dead(context, of, MAX_PAGE + 1))
    if as_json:
        click.echo(json.dumps([_dead(delivery) for delivery in found[:MAX_PAGE]]))
    else:
        for delivery in found[:MAX_PAGE]:
            to = "message" if delivery.target == SENDER else f"webhook {delivery.target}, event"
            click.echo(f"{to} {delivery.item}  {delivery.attempts} attempts  {delivery.error}")
    if len(found) > MAX_PAGE:
        click.echo(
            f"Only the first {MAX_PAGE} are listed: `numberkeep webhooks replay` retries all of them.",
            err=True,
        )


@webhooks.command()
@click.argument("webhook_id", type=click.IntRange(1), metavar="[ID]", required=False)
@account_option
@database_option
def replay(webhook_id: int | None, account: str, database: str) -> None:
    """Retry failed deliveries to the webhook ID, or all of them.

    Without ID, messages to phones are retried too. Exits with 3 if there may be more: repeat the command then.
    """
    with _known(webhook_id):
        count = run_for(database, account, lambda context, found: service.replay(context, found, webhook_id))
    click.echo(f"{count} {'delivery' if count == 1 else 'deliveries'} will be retried.", err=True)
    if count == MAX_REPLAY:
        click.echo("There may be more: repeat the command.", err=True)
        end(ExitCode.PARTLY)


@contextmanager
def _known(webhook_id: int | None) -> Iterator[None]:
    """Report a webhook that does not exist in one line."""
    try:
        yield
    except WebhookNotFound as error:
        raise Failure(f"there is no webhook {webhook_id}: `numberkeep webhooks list` lists them") from error


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.webhook_id,
        "url": webhook.url,
        "types": list(webhook.types),
        "created_at": time_text(moment(webhook.created_at)),
        "disabled_at": None if webhook.disabled_at is None else time_text(moment(webhook.disabled_at)),
    }


def _dead(delivery: Delivery) -> dict[str, Any]:
    shown = {name: value for name, value in asdict(delivery).items() if name in {"attempts", "error"}}
    webhook = None if delivery.target == SENDER else delivery.target
    return {"webhook": webhook, "message" if webhook is None else "event": str(delivery.item), **shown}
