"""`numberkeep contacts list`, `get` and `count`."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import click

from numberkeep.cli.calling import Caller, calling
from numberkeep.cli.contacts_fields import parse_fields, value_of
from numberkeep.cli.contacts_numbers import may_be_number, numbers_argument, required_numbers
from numberkeep.cli.contacts_shown import json_of, print_whole, printer, prints_table
from numberkeep.cli.examples import examples
from numberkeep.cli.exit_codes import ExitCode, complain, end
from numberkeep.cli.filters import Filters, filter_options
from numberkeep.cli.targets import either_options, json_option
from numberkeep.domain.contacts.listing import OrderBy
from numberkeep.domain.limits import MAX_PAGE
from numberkeep.domain.phone_spelling import visible
from numberkeep.operations import contacts as operations
from numberkeep.wire.contacts import ContactOut

_SCREEN: Final = 100
"""Contacts that a terminal shows unless more are asked for."""
_COUNTED: Final = 10_000
"""Further contacts that are counted for a terminal."""
_ORDERS: Final = {"created_at": OrderBy.CREATED_AT, "first_name": OrderBy.FIRST_NAME} | {
    "last_name": OrderBy.LAST_NAME,
    "number": OrderBy.PHONE,
}

NOT_FOUND: Final = "no contact has the number {number}: check it, or create one with `numberkeep contacts set`"
"""The message for a number that no contact has."""

fields_option = click.option(
    "--fields",
    metavar="NAMES",
    callback=parse_fields,
    help="Print these fields: names with commas between them, custom_variables.LABEL for a custom variable.",
)


def found_pages(caller: Caller, filters: Filters) -> Iterator[list[ContactOut]]:
    """Yield the contacts that match, part by part."""
    if filters.searches:
        return caller.search(filters)
    return caller.pages(operations.list_contacts, [*filters.list_query(), ("limit", str(MAX_PAGE))])


def _sorted_pages(
    caller: Caller, filters: Filters, order: str, *, reverse: bool, limit: int
) -> Iterator[list[ContactOut]]:
    """Yield the contacts that match in an order, in pages of up to `limit`; a search is sorted here."""
    descending = (order == "created_at") is not reverse
    if not filters.searches:
        query = [("order_by", _ORDERS[order]), ("order_direction", "desc" if descending else "asc")]
        return caller.pages(operations.list_contacts, [*filters.list_query(), *query, ("limit", str(limit))])
    found = [contact for page in caller.search(filters) for contact in page]
    found.sort(key=lambda contact: (value_of(contact, order) or "", contact.contact_id), reverse=descending)
    return (found[first : first + limit] for first in range(0, len(found), limit))


def find(caller: Caller, number: str) -> ContactOut | None:
    """Return the contact with this number; None if there is none, or it is not a phone number."""
    if not may_be_number(number):
        return None
    pages = caller.pages(operations.list_contacts, [("phone_number", number)])
    return next((contact for page in pages for contact in page), None)


def not_found(number: str) -> str:
    """Return the message for a number that no contact has."""
    return NOT_FOUND.format(number=visible(number))


@click.command(
    "list",
    short_help="List contacts, all or those that match.",
    epilog=examples(
        "numberkeep contacts list --tag vip --order last_name",
        "numberkeep contacts list --opted-out --csv > opted-out.csv",
        "numberkeep contacts list --tag old --fields number --no-header |",
        "    numberkeep contacts rm --yes",
    ),
)
@filter_options
@click.option(
    "--limit",
    type=click.IntRange(0),
    metavar="N",
    help="At most N contacts; 0 for all.  [default: all, on a terminal 100]",
)
@click.option(
    "--order",
    type=click.Choice([*_ORDERS]),
    default="created_at",
    help="Sort by this field: created_at from the newest on (the default), others from A to Z.",
)
@click.option("--reverse", is_flag=True, help="Sort the other way round.")
@fields_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--no-header", is_flag=True, help="Leave out the names of the fields.")
@either_options
def list_contacts(
    database: str | None,
    account: str | None,
    *,
    filters: Filters,
    limit: int | None,
    order: str,
    reverse: bool,
    fields: Sequence[str] | None,
    as_json: bool,
    as_csv: bool,
    no_header: bool,
) -> None:
    """List contacts: a table on a terminal, else lines with a tab between fields.

    --json prints one array, a contact a line.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other: leave one out")
    shown = printer(fields, as_json=as_json, as_csv=as_csv, header=not no_header)
    on_screen = prints_table(as_json=as_json, as_csv=as_csv)
    limit = (_SCREEN if on_screen else 0) if limit is None else limit
    size = MAX_PAGE if on_screen else min(limit or MAX_PAGE, MAX_PAGE)
    count, more = 0, ""
    with calling(database, account) as caller:
        pages = _sorted_pages(caller, filters, order, reverse=reverse, limit=size)
        for page in pages:
            part = page[: limit - count] if limit else page
            if part:
                shown.show(part)
            count += len(part)
            if limit and count == limit:
                more = _more(len(page) - len(part), pages) if on_screen else ""
                break
        shown.end()
    if not count:
        click.echo("No contact matches the filters." if filters else "There are no contacts.", err=True)
    elif more:
        click.echo(f"{more} more: --limit 0 lists all.", err=True)


def _more(rest: int, pages: Iterator[Sequence[ContactOut]]) -> str:
    """Return how many contacts follow a part of a page, in words; `""` for none."""
    for page in islice(pages, _COUNTED // MAX_PAGE):
        rest += len(page)
    return f"{rest:,}" if rest < _COUNTED else f"More than {_COUNTED:,}"


@click.command(
    short_help="Show contacts with all that is known.",
    epilog=examples('numberkeep contacts get "(415) 555-2671"', "numberkeep contacts get +14155552671 --json"),
)
@numbers_argument
@fields_option
@json_option
@either_options
def get(
    numbers: Sequence[str], database: str | None, account: str | None, *, fields: Sequence[str] | None, as_json: bool
) -> None:
    """Show the contacts with NUMBERS, each with all that is known.

    NUMBERS are read from standard input, one a line, if they are piped in or if `-` is named. Exit 1 if no contact has
    one of the numbers, 3 if only some do.
    """
    given = required_numbers(numbers)
    found: list[ContactOut] = []
    with calling(database, account) as caller:
        for number in given:
            contact = find(caller, number)
            if contact is None:
                complain(not_found(number))
                continue
            if not as_json:
                click.echo("\n" if found else "", nl=False)
                print_whole(contact, fields)
            found.append(contact)
    if as_json:
        click.echo("[" + ",\n".join(json_of(contact, fields) for contact in found) + "]")
    if len(found) < len(given):
        end(ExitCode.PARTLY if found else ExitCode.FAILED)


@click.command(epilog=examples("numberkeep contacts count", "numberkeep contacts count --tag vip --not-verified"))
@filter_options
@json_option
@either_options
def count(database: str | None, account: str | None, *, filters: Filters, as_json: bool) -> None:
    """Count the contacts that match."""
    with calling(database, account) as caller:
        counted = sum(map(len, found_pages(caller, filters))) if filters else caller.call(operations.count).count
    click.echo(json.dumps({"count": counted}) if as_json else counted)
