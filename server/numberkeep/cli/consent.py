"""`numberkeep consent`: the ledger of opt-ins and opt-outs."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import StringIO
from typing import Any, TextIO

import click
import httpx2

from numberkeep.cli.exit_codes import ExitCode, end
from numberkeep.cli.on_database import time_text
from numberkeep.cli.on_service import Refused, read_json
from numberkeep.cli.reviews import decide, review
from numberkeep.cli.targets import either, either_options, json_option
from numberkeep.domain.consent.ledger import ConsentEntry
from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_BULK_ROWS, MAX_PAGE, MAX_PHONE_INPUT
from numberkeep.service import consent as service
from numberkeep.service.context import Context

_PATH = "/_numberkeep/consent"
_OPT_OUTS = f"{_PATH}/opt-outs"
_LISTED = ("number", "at", "source", "wording")


@click.group()
def consent() -> None:
    """Opt-ins and opt-outs, and replies that are unclear."""


consent.add_command(review)
consent.add_command(decide)


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


@consent.command("list")
@either_options
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def list_opted_out(database: str | None, account: str | None, *, as_json: bool, as_csv: bool) -> None:
    """List the numbers that are opted out, in order, contacts or not."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other: leave one out")

    async def stored(context: Context, found: Account) -> Sequence[Mapping[str, Any]]:
        listed: list[Mapping[str, Any]] = []
        after = ""
        while page := await service.opted_out(context, found, after, MAX_PAGE):
            listed += [
                dict(zip(_LISTED, (each.phone, time_text(moment(each.at)), each.source, each.wording), strict=True))
                for each in page
            ]
            after = page[-1].phone
        return listed

    def called(client: httpx2.Client) -> Sequence[Mapping[str, Any]]:
        listed: list[Mapping[str, Any]] = []
        query = {"limit": str(MAX_PAGE)}
        while page := read_json(answer := client.get(_OPT_OUTS, params=query)):
            try:
                listed += [
                    {name: row[name] for name in _LISTED} | {"at": time_text(datetime.fromisoformat(row["at"]))}
                    for row in page
                ]
            except (KeyError, TypeError, ValueError):
                raise Refused(answer) from None
            query["cursor"] = str(listed[-1]["number"])
        return listed

    rows = either(database, account, on_service=called, on_database=stored)
    if as_json:
        click.echo(json.dumps(rows))
    elif as_csv:
        text = StringIO(newline="")
        writer = csv.DictWriter(text, _LISTED)
        writer.writeheader()
        writer.writerows(rows)
        click.echo(text.getvalue(), nl=False)
    else:
        for row in rows:
            wording = f": {json.dumps(row['wording'], ensure_ascii=False)}" if row["wording"] else ""
            click.echo(f"{row['number']}  {row['at']}  by {row['source'] or 'unknown'}{wording}")
        counted = f"{len(rows)} {'number is' if len(rows) == 1 else 'numbers are'} opted out."
        none = "No number is opted out: `numberkeep consent import FILE` opts out those of a file."
        click.echo(counted if rows else none, err=True)


@consent.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@either_options
def import_opt_outs(file: TextIO, database: str | None, account: str | None) -> None:
    """Opt out the numbers in FILE, one a line; - reads standard input.

    Empty lines, and those that begin with #, are skipped. Nobody is opted in. Exit 1 if a line is not a phone number;
    the others are recorded.
    """
    try:
        lines = [(place, line.strip()) for place, line in enumerate(file, 1)]
    except UnicodeDecodeError:
        raise click.UsageError(f"{file.name} is not in UTF-8: save it so, with one number a line") from None
    numbered = [(place, line) for place, line in lines if line and not line.startswith("#")]
    texts = [line if len(line) <= MAX_PHONE_INPUT else "" for _, line in numbered]
    parts = [texts[first : first + MAX_BULK_ROWS] for first in range(0, len(texts), MAX_BULK_ROWS)]

    async def stored(context: Context, found: Account) -> Sequence[tuple[int, Sequence[int]]]:
        done = [await service.import_opt_outs(context, found, part) for part in parts]
        return [(each.new, each.rejected) for each in done]

    def called(client: httpx2.Client) -> Sequence[tuple[int, Sequence[int]]]:
        done: list[tuple[int, Sequence[int]]] = []
        for part in parts:
            answer = client.post(_OPT_OUTS, json={"numbers": part})
            body = read_json(answer)
            try:
                done.append((int(body["new"]), [int(index) for index in body["rejected"]]))
            except (KeyError, TypeError, ValueError):
                raise Refused(answer) from None
        return done

    results = either(database, account, on_service=called, on_database=stored, does="Imported into")
    rejected = [part * MAX_BULK_ROWS + index for part, (_, indexes) in enumerate(results) for index in indexes]
    for index in rejected:
        click.echo(f"line {numbered[index][0]} is not a phone number: {numbered[index][1][:MAX_PHONE_INPUT]}", err=True)
    new = sum(count for count, _ in results)
    already = len(texts) - len(rejected) - new
    click.echo(f"{new} opted out, {already} were already or repeat another line, {len(rejected)} rejected.", err=True)
    if rejected:
        end(ExitCode.FAILED)


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
