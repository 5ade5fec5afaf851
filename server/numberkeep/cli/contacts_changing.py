"""`numberkeep contacts set`, `rm`, `tag` and `untag`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from numberkeep.cli.calling import calling
from numberkeep.cli.contacts_chosen import Choice, check_choice, choice_options, choose, counted, end_partly
from numberkeep.cli.contacts_fields import TEXTS, VARIABLE
from numberkeep.cli.contacts_reading import find, not_found
from numberkeep.cli.contacts_shown import json_of
from numberkeep.cli.examples import examples
from numberkeep.cli.exit_codes import complain
from numberkeep.cli.targets import either_options, json_option
from numberkeep.domain.contacts.contact import composed
from numberkeep.domain.limits import MAX_TAGS
from numberkeep.domain.phone_spelling import visible
from numberkeep.operations import contacts as operations
from numberkeep.operations import tags as tag_operations

_CLEARED: Final = (*TEXTS, "tags", "custom_variables")


@click.command(
    "set",
    short_help="Create or change a contact.",
    epilog=examples(
        "numberkeep contacts set +14155552671 --first-name Ada --tag vip",
        "numberkeep contacts set +14155552671 --var plan=gold --unset last_name",
    ),
)
@click.argument("number")
@click.option("--first-name", metavar="TEXT", help="First name.")
@click.option("--last-name", metavar="TEXT", help="Last name.")
@click.option("--company-name", "--company", metavar="TEXT", help="Company.")
@click.option("--assigned-to-email", "--email", metavar="TEXT", help="Who in the account looks after the contact.")
@click.option("--sendblue-number", metavar="NUMBER", help="The account's line that talks to the contact.")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Replace the tags; repeat it for several.")
@click.option("--var", "variables", metavar="LABEL=VALUE", multiple=True, help="Set a custom variable; repeatable.")
@click.option(
    "--unset",
    metavar="FIELD",
    multiple=True,
    help="Clear a field: a name as `contacts get` prints it, or custom_variables.LABEL; repeatable.",
)
@json_option
@either_options
def set_contact(
    number: str,
    database: str | None,
    account: str | None,
    *,
    tags: Sequence[str],
    variables: Sequence[str],
    unset: Sequence[str],
    as_json: bool,
    **texts: str | None,
) -> None:
    """Create the contact with NUMBER, or change it.

    What is not mentioned stays: other fields and other custom variables. To add a tag to the others use `contacts tag`,
    and for opt-outs `contacts opt-out`.
    """
    fields: dict[str, Any] = {name: text for name, text in texts.items() if text is not None}
    if tags:
        fields["tags"] = list(tags)
    if variables:
        fields["custom_variables"] = _variables(variables)
    _clear(fields, unset)
    with calling(database, account, does="Changed in") as caller:
        before = find(caller, number)
        contact = caller.call(operations.create, {"number": number, "update_if_exists": True, **fields}).contact
    result = "created" if before is None else "unchanged" if before == contact else "updated"
    if as_json:
        click.echo(f'{{"result": "{result}", "contact": {json_of(contact)}}}')
    else:
        click.echo(f"{contact.phone} is {result}.", err=True)


def _variables(given: Sequence[str]) -> dict[str, str | None]:
    variables: dict[str, str | None] = {}
    for each in given:
        label, equals, value = each.partition("=")
        if not equals or not label:
            raise click.UsageError(f"--var {each} is not LABEL=VALUE: write for example --var plan=gold")
        variables[label] = value
    return variables


def _clear(fields: dict[str, Any], unset: Sequence[str]) -> None:
    """Set fields and custom variables to null.

    Raises:
        click.UsageError: there is no such field, or it is also set.
    """
    for name in unset:
        field, _, label = name.partition(".")
        if field not in _CLEARED or (label and not name.startswith(VARIABLE)):
            raise click.UsageError(f"--unset {name} is not a field: use {', '.join(_CLEARED)} or {VARIABLE}LABEL")
        inside = fields.setdefault(field, {}) if label else fields
        if (label or field) in inside:
            raise click.UsageError(f"{name} is both set and unset: leave one out")
        inside[label or field] = None


@click.command(
    short_help="Delete contacts.",
    epilog=examples(
        "numberkeep contacts rm +14155552671",
        "numberkeep contacts rm --tag old --not-verified --dry-run",
        "numberkeep contacts list --tag old --fields number --no-header |",
        "    numberkeep contacts rm --yes",
    ),
)
@choice_options
@json_option
@either_options
def rm(choice: Choice, database: str | None, account: str | None, *, as_json: bool) -> None:
    """Delete the contacts with NUMBERS, or those that match the filters.

    It asks before, and says how many there are. Opt-outs stay, because they belong to the numbers. NUMBERS are read
    from standard input, one a line, if they are piped in or if `-` is named; then --yes is required.
    """
    check_choice(choice, asks=True)
    deleted = 0
    with calling(database, account, does="Read from" if choice.dry_run else "Deleted from") as caller:
        chosen = choose(caller, choice, "Delete", asks=True)
        missing = chosen.missing
        if choice.dry_run:
            deleted = len(chosen.numbers)
        else:
            for part in chosen.batches():
                amount = caller.call(operations.bulk_delete, {"contact_ids": part}).amount
                deleted += amount
                missing += len(part) - amount
    if as_json:
        click.echo(json.dumps({"deleted": deleted, "not_found": missing}))
    summary = f"{'Would delete' if choice.dry_run else 'Deleted'} {counted(deleted)}"
    click.echo(f"{summary}; found none for {counted(missing, 'other number')}." if missing else f"{summary}.", err=True)
    end_partly(deleted, missing)


@click.command(
    short_help="Add a tag to contacts.",
    epilog=examples(
        "numberkeep contacts tag vip +14155552671 +14155552672",
        "numberkeep contacts tag old --created-after 2020-01-01 --not-verified",
    ),
)
@click.argument("tag")
@choice_options
@json_option
@either_options
def tag(tag: str, choice: Choice, database: str | None, account: str | None, *, as_json: bool) -> None:
    """Add TAG to the contacts with NUMBERS, or to those that match the filters.

    Their other tags stay. It asks before unless the numbers are given.
    """
    _tag(tag, choice, database, account, remove=False, as_json=as_json)


@click.command(
    short_help="Remove a tag from contacts.",
    epilog=examples("numberkeep contacts untag vip +14155552671", "numberkeep contacts untag old --tag old --yes"),
)
@click.argument("tag")
@choice_options
@json_option
@either_options
def untag(tag: str, choice: Choice, database: str | None, account: str | None, *, as_json: bool) -> None:
    """Remove TAG from the contacts with NUMBERS, or from those that match the filters.

    Their other tags stay. It asks before unless the numbers are given.
    """
    _tag(tag, choice, database, account, remove=True, as_json=as_json)


def _tag(tag: str, choice: Choice, database: str | None, account: str | None, *, remove: bool, as_json: bool) -> None:
    check_choice(choice, asks=False)
    name = composed(tag)
    verb = "Untag" if remove else "Tag"
    with calling(database, account, does="Read from" if choice.dry_run else "Changed in") as caller:
        chosen = choose(caller, choice, verb, asks=False, changes=lambda contact: (name in contact.tags) is remove)
        done = {"changed": 0, "unchanged": chosen.unchanged, "not_found": chosen.missing, "full": 0}
        if choice.dry_run:
            done["changed"] = len(chosen.numbers)
        else:
            for part in chosen.batches():
                answer = caller.call(tag_operations.tag, {"tag": tag, "numbers": part, "remove": remove})
                for index in answer.not_found:
                    complain(not_found(part[index]))
                for index in answer.full:
                    complain(f"{visible(part[index])} has {MAX_TAGS} tags already: remove one with `contacts untag`")
                done["changed"] += answer.changed
                done["unchanged"] += answer.unchanged
                done["not_found"] += len(answer.not_found)
                done["full"] += len(answer.full)
    if as_json:
        click.echo(json.dumps(done))
    _summarise(verb.lower(), done, dry_run=choice.dry_run)
    end_partly(done["changed"] + done["unchanged"], done["not_found"] + done["full"])


def _summarise(verb: str, done: Mapping[str, int], *, dry_run: bool) -> None:
    said = f"Would {verb}" if dry_run else f"{verb.capitalize()}ged"
    click.echo(f"{said} {counted(done['changed'])}; {done['unchanged']:,} unchanged.", err=True)
