"""`numberkeep consent`: what recipients have said of getting messages, and whether the ledger of it is whole."""

import json
import sys
from typing import Any

import click

from numberkeep.cli.on_database import account_option, database_option, json_option, run_for, time_text
from numberkeep.domain.consent import ConsentEntry
from numberkeep.domain.contact import moment
from numberkeep.service import consent as service


@click.group()
def consent() -> None:
    """Look into the consent ledger."""


@consent.command()
@click.argument("number")
@account_option
@database_option
@json_option
def show(number: str, account: str, database: str | None, *, as_json: bool) -> None:
    """Show all that was ever said of NUMBER, oldest first."""
    entries = run_for(database, account, lambda context, found: service.show(context, found, number))
    if as_json:
        click.echo(json.dumps([_shown(entry) for entry in entries]))
        return
    for entry in entries:
        said = "opted out" if entry.opted_out else "opted in"
        words = f": {json.dumps(entry.wording, ensure_ascii=False)}" if entry.wording else ""
        click.echo(f"{entry.entry_id}  {time_text(moment(entry.at))}  {said} by {entry.source}{words}")
    if not entries:
        click.echo("Nothing is recorded of this number.", err=True)


@consent.command()
@account_option
@database_option
@json_option
def verify(account: str, database: str | None, *, as_json: bool) -> None:
    """See whether the ledger is as it was written and agrees with what holds now; exit 1 where not."""
    found = run_for(database, account, service.verify)
    if as_json:
        click.echo(json.dumps({"account": account, "entries": found.entries, "faults": list(found.faults)}))
    else:
        for fault in found.faults:
            click.echo(fault)
        faults = len(found.faults)
        entries = f"{found.entries} {'entry' if found.entries == 1 else 'entries'}"
        click.echo(f"{entries}, {faults or 'no'} {'fault' if faults == 1 else 'faults'}.", err=True)
    if found.faults:
        sys.exit(1)


def _shown(entry: ConsentEntry) -> dict[str, Any]:
    return {
        "entry": entry.entry_id,
        "number": entry.phone,
        "at": time_text(moment(entry.at)),
        "opted_out": entry.opted_out,
        "source": entry.source.value,
        "wording": entry.wording,
        "hash": entry.hash.hex(),
    }
