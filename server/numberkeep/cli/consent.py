"""`numberkeep consent`: the ledger of opt-ins and opt-outs."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click
import httpx2

from numberkeep.cli.exit_codes import ExitCode, end
from numberkeep.cli.on_database import time_text
from numberkeep.cli.on_service import Refused, read_json
from numberkeep.cli.targets import either, either_options, json_option
from numberkeep.domain.consent.ledger import ConsentEntry
from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.identity import Account
from numberkeep.service import consent as service
from numberkeep.service.context import Context

_PATH = "/_numberkeep/consent"


@click.group()
def consent() -> None:
    """Show and verify the record of opt-ins and opt-outs."""


@consent.command()
@click.argument("number")
@either_options
@json_option
def show(number: str, database: str | None, account: str | None, *, as_json: bool) -> None:
    """Show every opt-in and opt-out of NUMBER, oldest first."""

    async def stored(context: Context, found: Account) -> Sequence[Mapping[str, Any]]:
        return [_shown(entry) for entry in await service.show(context, found, number)]

    def called(client: httpx2.Client) -> Sequence[Mapping[str, Any]]:
        answer = client.get(_PATH, params={"number": number})
        entries = read_json(answer)
        try:
            return [
                {name: entry[name] for name in _FIELDS} | {"at": time_text(datetime.fromisoformat(entry["at"]))}
                for entry in entries
            ]
        except (KeyError, TypeError, ValueError):
            raise Refused(answer) from None

    entries = either(database, account, on_service=called, on_database=stored)
    if as_json:
        click.echo(json.dumps(entries))
        return
    for entry in entries:
        did = "opted out" if entry["opted_out"] else "opted in"
        wording = f": {json.dumps(entry['wording'], ensure_ascii=False)}" if entry["wording"] else ""
        click.echo(f"{entry['entry']}  {entry['at']}  {did} by {entry['source']}{wording}")
    if not entries:
        click.echo("Nothing is recorded for this number.", err=True)


@consent.command()
@either_options
@json_option
def verify(database: str | None, account: str | None, *, as_json: bool) -> None:
    """Check the ledger for changes after the fact; exit 1 on faults.

    Each entry must have the hash that follows from it and the one before, and the opt-outs that are in force must
    follow from the entries.
    """

    async def stored(context: Context, found: Account) -> tuple[int, Sequence[str]]:
        verified = await service.verify(context, found)
        return verified.entries, verified.faults

    def called(client: httpx2.Client) -> tuple[int, Sequence[str]]:
        answer = client.get(f"{_PATH}/verify")
        body = read_json(answer)
        try:
            return int(body["entries"]), [str(fault) for fault in body["faults"]]
        except (KeyError, TypeError, ValueError):
            raise Refused(answer) from None

    entries, faults = either(database, account, on_service=called, on_database=stored)
    if as_json:
        click.echo(json.dumps({"entries": entries, "faults": list(faults)}))
    else:
        for fault in faults:
            click.echo(fault)
        counted = f"{entries} {'entry' if entries == 1 else 'entries'}"
        click.echo(f"{counted}, {len(faults) or 'no'} {'fault' if len(faults) == 1 else 'faults'}.", err=True)
    if faults:
        end(ExitCode.FAILED)


_FIELDS = ("entry", "number", "at", "opted_out", "source", "wording", "hash")


def _shown(entry: ConsentEntry) -> dict[str, Any]:
    values = (
        entry.entry_id,
        entry.phone,
        time_text(moment(entry.at)),
        entry.opted_out,
        entry.source.value,
        entry.wording,
        entry.hash.hex(),
    )
    return dict(zip(_FIELDS, values, strict=True))
