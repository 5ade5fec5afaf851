"""`numberkeep export`: write contacts to a file."""

from pathlib import Path
from typing import BinaryIO

import click
import httpx2
import msgspec

from numberkeep.cli.exit_codes import Failure
from numberkeep.cli.filters import Filters, filter_options
from numberkeep.cli.on_database import run_for
from numberkeep.cli.on_service import Refused, service, without_login
from numberkeep.cli.targets import check_target, either_options
from numberkeep.cli.whole_file import whole_file
from numberkeep.config.database_url import without_password
from numberkeep.domain.identity import Account
from numberkeep.operations.exports import download
from numberkeep.service.context import Context
from numberkeep.service.keys import DEFAULT_ACCOUNT
from numberkeep.wire.decoding import Decoder
from numberkeep.wire.exports import COUNT_HEADER, ExportParams

_BY_SUFFIX = {".vcf": "vcard", ".vcard": "vcard", ".jsonl": "jsonl", ".ndjson": "jsonl"}

_PATH = "/_numberkeep/export"
_SILENT_SECONDS = 600.0
"""How long the service may read contacts before it sends the first one."""


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@either_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "vcard", "vcard4", "jsonl"]),
    help="vcard is vCard 3.0, vcard4 is 4.0; jsonl is what the API returns.  [default: by FILE's name, else csv]",
)
@click.option(
    "--for",
    "for_",
    type=click.Choice(["google", "outlook", "hubspot"]),
    help="CSV in the columns that Google Contacts, Outlook or HubSpot imports.",
)
@filter_options
def export_contacts(
    file: str, database: str | None, account: str | None, *, format_: str | None, for_: str | None, filters: Filters
) -> None:
    """Write contacts to FILE, or with - to standard output.

    `numberkeep import` reads what this writes. Cells that a spreadsheet would run as a formula are escaped with '.

    It calls the service that SENDBLUE_API_* name, unless --database is typed. FILE appears when it is complete.
    """
    of_file = [
        ("format", format_ or ("csv" if for_ else _BY_SUFFIX.get(Path(file).suffix.lower(), "csv"))),
        ("for", for_ or "numberkeep"),
    ]
    given = Decoder(ignore_unknown=False).params([*of_file, *filters.export_query()], ExportParams)
    check_target(database, account)
    with whole_file(file) as out:
        if database is None:
            count, place = _from_service(given, out)
        else:
            account = account or DEFAULT_ACCOUNT
            count = _from_database(database, account, given, out)
            place = f"of the account {account} in {without_password(database)}"
    click.echo(f"Exported {count:,} {'contact' if count == 1 else 'contacts'} {place}.", err=True)


def _from_database(database: str, account: str, given: ExportParams, out: BinaryIO) -> int:
    """Write the contacts of an account of a database, and return their number."""

    async def write(context: Context, found: Account) -> int:
        async with download(context, found, given).opened as export:
            async for part in export.parts:
                out.write(part)
            return export.count

    return run_for(database, account, write)


def _from_service(given: ExportParams, out: BinaryIO) -> tuple[int, str]:
    """Write the contacts of the service, and return their number and where they are from.

    Raises:
        Failure: the service refuses, or its answer is cut short.
    """
    query = {name: value for name, value in msgspec.to_builtins(given).items() if value is not None}
    with service(_SILENT_SECONDS) as client, client.stream("GET", _PATH, params=query) as answer:
        count = answer.headers.get(COUNT_HEADER, "") if answer.status_code == 200 else ""  # noqa: PLR2004 - OK
        if not count.isdecimal():
            answer.read()
            raise Refused(answer)
        try:
            out.writelines(answer.iter_bytes())
        except httpx2.RequestError as error:
            raise Failure(
                f"the answer was cut short ({type(error).__name__}), so the export is incomplete: repeat it"
            ) from error
        return int(count), f"of the service {without_login(str(client.base_url)).rstrip('/')}"
