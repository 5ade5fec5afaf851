"""`numberkeep export`: write contacts to a file."""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import click
import msgspec

from numberkeep.cli.exit_codes import Failure
from numberkeep.cli.on_database import run_for
from numberkeep.cli.targets import account_option, typed_database_option
from numberkeep.config.database_url import without_password
from numberkeep.domain.contacts.contact import composed, micros
from numberkeep.domain.contacts.listing import ContactFilter
from numberkeep.domain.identity import Account
from numberkeep.formats.vcard_writer import Version
from numberkeep.service import exports
from numberkeep.service.context import Context
from numberkeep.wire.contacts import record_out


class Format(StrEnum):
    """The format of an export."""

    CSV = "csv"
    VCARD = "vcard"
    VCARD4 = "vcard4"
    JSONL = "jsonl"


_BY_SUFFIX = {".vcf": Format.VCARD, ".vcard": Format.VCARD, ".jsonl": Format.JSONL, ".ndjson": Format.JSONL}


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@typed_database_option
@account_option
@click.option(
    "--format",
    "format_",
    type=click.Choice([each.value for each in Format]),
    help="vcard is vCard 3.0, vcard4 is 4.0; jsonl is what the API returns.  [default: by FILE's name, else csv]",
)
@click.option("--tag", "tags", multiple=True, help="Only contacts with this tag; repeat it for several.")
@click.option("--verified/--not-verified", default=None, help="Only contacts that are verified, or are not.")
@click.option("--opted-out/--not-opted-out", default=None, help="Only contacts that opted out, or did not.")
@click.option(
    "--created-after",
    metavar="TIME",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"]),
    help="Only contacts created at this time (UTC) or later.",
)
def export_contacts(
    file: str,
    database: str,
    account: str,
    *,
    format_: str | None,
    tags: tuple[str, ...],
    verified: bool | None,
    opted_out: bool | None,
    created_after: datetime | None,
) -> None:
    """Write contacts to FILE, or with - to standard output.

    `numberkeep import` reads what this writes. Cells that a spreadsheet would run as a formula are escaped with '.
    """
    chosen = Format(format_) if format_ else _BY_SUFFIX.get(Path(file).suffix.lower(), Format.CSV)
    where = ContactFilter(
        created_from=None if created_after is None else micros(created_after),
        tags=tuple(map(composed, tags)),
        verified=verified,
        opt_out=opted_out,
    )
    with _opened(file) as text:

        async def exported(context: Context, found: Account) -> int:
            return await _export(context, found, where, chosen, text)

        count = run_for(database, account, exported)
    counted = f"{count:,} {'contact' if count == 1 else 'contacts'}"
    click.echo(f"Exported {counted} of the account {account} in {without_password(database)}.", err=True)


async def _export(context: Context, account: Account, where: ContactFilter, chosen: Format, text: TextIO) -> int:
    """Write the contacts that match, and return their number."""
    writer = csv.writer(text)
    labels: exports.Labels = None
    if chosen is Format.CSV:
        labels = await exports.find_labels(context, account, where)
        writer.writerow(exports.header(labels))
    count = 0
    async for contact in exports.contacts(context, account, where):
        count += 1
        match chosen:
            case Format.CSV:
                writer.writerow(exports.row(contact, labels))
            case Format.JSONL:
                text.write(msgspec.json.encode(record_out(contact)).decode() + "\n")
            case Format.VCARD | Format.VCARD4:
                text.write(exports.vcard(contact, Version.V4 if chosen is Format.VCARD4 else Version.V3))
    return count


@contextmanager
def _opened(file: str) -> Iterator[TextIO]:
    """Open a file to write, which gets its name when it is complete; `-` is standard output.

    Raises:
        Failure: it cannot be written.
    """
    if file == "-":
        out = TextIOWrapper(sys.stdout.buffer, "utf-8", newline="")
        yield out
        out.flush()
        out.detach()
        return
    part = Path(f"{file}.part")
    try:
        part.touch(0o600)
        with part.open("w", encoding="utf-8", newline="") as text:
            yield text
        part.replace(file)
    except OSError as error:
        raise Failure(f"cannot write {file}: {error.strerror}; name another file") from None
    finally:
        part.unlink(missing_ok=True)
