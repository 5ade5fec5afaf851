"""`numberkeep contacts verify`, `opt-out` and `opt-in`."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import click

from numberkeep.cli.calling import Caller, calling
from numberkeep.cli.confirming import agree, check_can_ask, yes_option
from numberkeep.cli.contacts_chosen import counted, end_partly
from numberkeep.cli.contacts_numbers import numbers_argument, required_numbers
from numberkeep.cli.contacts_reading import NOT_FOUND, find, not_found
from numberkeep.cli.examples import examples
from numberkeep.cli.exit_codes import ExitCode, Failure, complain, end
from numberkeep.cli.on_service import Refused
from numberkeep.cli.targets import either_options, json_option
from numberkeep.domain.phone_spelling import visible
from numberkeep.operations import consent as consent_operations
from numberkeep.operations import contacts as operations
from numberkeep.wire.consent import OptOutAnswer
from numberkeep.wire.contacts import ContactOut

R = TypeVar("R")

_CONFLICT: Final = 409
_TOO_SOON: Final = 429
_OF_ONE: Final = {400: "{message}", 404: NOT_FOUND, _CONFLICT: "{number}: {message}", _TOO_SOON: "{number}: {message}"}
"""The statuses that say what is wrong with one number, and how they are shown."""
_POLL_SECONDS: Final = 1.0
_VERIFIED: Final = "{} is verified."


class _OfOne(Failure):
    """What is wrong with one number."""


def _each(numbers: Sequence[str], act: Callable[[str], R]) -> list[R]:
    """Return what an act returns for each number; errors about one number are printed and do not stop the others."""
    done: list[R] = []
    for number in numbers:
        try:
            done.append(act(number))
        except _OfOne as error:
            complain(error.message)
        except Refused as refused:
            if refused.status not in _OF_ONE:
                raise
            complain(_OF_ONE[refused.status].format(number=visible(number), message=refused.message))
    return done


@click.command(
    short_help="Ask contacts to confirm their numbers.",
    epilog=examples(
        "numberkeep contacts verify +14155552671", "numberkeep contacts verify +14155552671 --wait --timeout 60"
    ),
)
@numbers_argument
@click.option("--wait", is_flag=True, help="Wait until the contacts have replied.")
@click.option(
    "--timeout", type=click.IntRange(1), metavar="SECONDS", default=300, show_default=True, help="How long to wait."
)
@json_option
@either_options
def verify(
    numbers: Sequence[str], database: str | None, account: str | None, *, wait: bool, timeout: int, as_json: bool
) -> None:
    """Ask the contacts with NUMBERS to reply to a message; those who do are verified.

    Nothing is sent to contacts that are verified already. With --wait it exits with 3 if one has not replied in time.
    With --database, the service that has the database sends the message.
    """
    given = required_numbers(numbers)
    with calling(database, account, does="Recorded in") as caller:
        asked = _each(given, lambda number: _ask(caller, number, waits=wait))
        verified = {contact.phone: contact.verified for contact in asked}
        gone = _wait(caller, verified, timeout) if wait else 0
    if as_json:
        click.echo(json.dumps([{"number": phone, "verified": done} for phone, done in verified.items()]))
    pending = [phone for phone, done in verified.items() if not done]
    if wait and len(pending) > gone:
        missing = f"{counted(len(pending) - gone)} did not reply within {timeout} s"
        click.echo(f"{missing}: look later with `contacts get`, or repeat the command to ask again.", err=True)
        end(ExitCode.PARTLY)
    end_partly(len(verified) - gone, len(given) - len(asked) + gone)


def _ask(caller: Caller, number: str, *, waits: bool) -> ContactOut:
    """Start a verification, say what happens next, and return the contact.

    A command that waits does so too if a verification was started a moment ago.
    """
    refused: Refused | None = None
    try:
        caller.call(operations.verify, {"number": number})
    except Refused as error:
        if error.status not in {_CONFLICT, _TOO_SOON}:
            raise
        refused = error
    contact = find(caller, number)
    if contact is None:
        raise _OfOne(not_found(number))
    if refused is not None and contact.opt_out:
        raise _OfOne(f"{contact.phone} has opted out: if the person agrees again, record it with `contacts opt-in`")
    if refused is not None and not (waits and refused.status == _TOO_SOON):
        raise refused
    click.echo(
        _VERIFIED.format(contact.phone) if contact.verified else _next_words(contact.phone, waits=waits), err=True
    )
    return contact


def _next_words(phone: str, *, waits: bool) -> str:
    next_step = (
        "waiting for the reply" if waits else f"wait with --wait, or look with `numberkeep contacts get {phone}`"
    )
    return f"{phone} is asked to reply, and is verified when a reply arrives: {next_step}."


def _wait(caller: Caller, verified: dict[str, bool], seconds: int) -> int:
    """Wait until the contacts are verified, note it, and return how many cannot be verified any more."""
    gone: set[str] = set()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pending = [phone for phone, done in verified.items() if not done and phone not in gone]
        if not pending:
            break
        time.sleep(_POLL_SECONDS)
        for phone in pending:
            contact = find(caller, phone)
            if contact is None or contact.opt_out:
                gone.add(phone)
                complain(f"{phone} {'was deleted' if contact is None else 'has opted out'} and is not verified")
            elif contact.verified:
                verified[phone] = True
                click.echo(_VERIFIED.format(phone), err=True)
    return len(gone)


@click.command(
    "opt-out",
    short_help="Record that people want no messages.",
    epilog=examples("numberkeep contacts opt-out +14155552671", "numberkeep contacts opt-out - < suppressed.txt"),
)
@numbers_argument
@json_option
@either_options
def opt_out(numbers: Sequence[str], database: str | None, account: str | None, *, as_json: bool) -> None:
    """Record that the people behind NUMBERS want no messages, contacts or not.

    The consent ledger records each with the source `api`. A suppression list is imported by `consent import`.
    """
    _record(required_numbers(numbers), database, account, opted_out=True, as_json=as_json)


@click.command(
    "opt-in",
    short_help="Record that people agree to messages again.",
    epilog=examples("numberkeep contacts opt-in +14155552671"),
)
@numbers_argument
@yes_option
@json_option
@either_options
def opt_in(numbers: Sequence[str], database: str | None, account: str | None, *, yes: bool, as_json: bool) -> None:
    """Record that the people behind NUMBERS agree to messages again.

    Only they can agree. It asks before, and the consent ledger records each with the source `api`.
    """
    check_can_ask(yes=yes)
    given = required_numbers(numbers)
    if given:
        people = visible(given[0]) if len(given) == 1 else f"{counted(len(given), 'number')}, {visible(given[0])} first"
        agree(f"Opt in {people}? Only the people themselves can agree to this.", yes=yes)
    _record(given, database, account, opted_out=False, as_json=as_json)


def _record(given: Sequence[str], database: str | None, account: str | None, *, opted_out: bool, as_json: bool) -> None:
    with calling(database, account, does="Recorded in") as caller:

        def record(number: str) -> OptOutAnswer:
            answer = caller.call(consent_operations.opt_out, {"number": number, "opted_out": opted_out})
            click.echo(f"{answer.number} is opted {'out' if opted_out else 'in'}.", err=True)
            return answer

        done = _each(given, record)
    if as_json:
        click.echo(json.dumps([{"number": each.number, "opted_out": each.opted_out} for each in done]))
    end_partly(len(done), len(given) - len(done))
