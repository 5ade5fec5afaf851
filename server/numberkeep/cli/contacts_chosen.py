"""Which contacts a command changes: those with some numbers, those that match filters, or all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final, TypeVar

import click

from numberkeep.cli.calling import Caller
from numberkeep.cli.confirming import agree, check_can_ask, yes_option
from numberkeep.cli.contacts_fields import words
from numberkeep.cli.contacts_numbers import given_numbers, may_be_number, numbers_argument
from numberkeep.cli.contacts_reading import find, found_pages, not_found
from numberkeep.cli.exit_codes import ExitCode, complain, end
from numberkeep.cli.filters import Filters, filter_options
from numberkeep.wire.contacts import ContactOut

Command = TypeVar("Command", bound=Callable[..., Any])

BATCH: Final = 1000
"""Numbers in a request; each is one transaction, for which other requests wait."""


@dataclass(slots=True, frozen=True)
class Choice:
    """What the command line says about which contacts to change.

    Attributes:
        numbers: those with these numbers; None for those that match.
        filters: those that match.
        dry_run: only show them.
        yes: do not ask.
    """

    numbers: Sequence[str] | None
    filters: Filters
    dry_run: bool
    yes: bool


@dataclass(slots=True)
class Chosen:
    """The contacts to change.

    Attributes:
        numbers: their numbers; as they were given, if nobody has looked yet whether contacts have them.
        unchanged: how many contacts would not be changed.
        missing: how many of the given numbers no contact has, as far as is known.
        example: the first one, for a question.
    """

    numbers: list[str] = field(default_factory=list)
    unchanged: int = 0
    missing: int = 0
    example: str = ""

    def add(self, contact: ContactOut, *, changes: bool) -> None:
        """Add a contact that was found."""
        if not changes:
            self.unchanged += 1
            return
        self.numbers.append(contact.phone)
        if not self.example:
            names = [words(name) for name in (contact.first_name, contact.last_name) if name]
            self.example = " ".join([contact.phone, *names])

    def batches(self) -> list[list[str]]:
        """Return the numbers in parts for one request each."""
        return [self.numbers[first : first + BATCH] for first in range(0, len(self.numbers), BATCH)]


def choice_options(command: Command) -> Command:
    """Add NUMBERS, the filters, --all, --dry-run and --yes; the command gets them as `choice`, a `Choice`."""

    @wraps(command)
    def with_choice(
        *, numbers: Sequence[str], filters: Filters, everything: bool, dry_run: bool, yes: bool, **others: Any
    ) -> Any:
        matching = bool(filters) or everything
        if matching and numbers:
            raise click.UsageError("name numbers or filters, not both")
        if filters and everything:
            raise click.UsageError("--all and filters exclude each other: leave one out")
        given = None if matching else given_numbers(numbers)
        if given is None and not matching:
            raise click.UsageError("say which contacts: name numbers, filter with --tag and the like, or add --all")
        return command(choice=Choice(given, filters, dry_run, yes), **others)

    for option in (
        yes_option,
        click.option("--dry-run", is_flag=True, help="Print the numbers of the contacts, and change nothing."),
        click.option("--all", "everything", is_flag=True, help="All contacts."),
        filter_options,
        numbers_argument,
    ):
        with_choice = option(with_choice)
    return with_choice  # type: ignore[return-value]  # click's decorators keep the function


def choose(
    caller: Caller,
    choice: Choice,
    verb: str,
    *,
    asks: bool,
    changes: Callable[[ContactOut], bool] = lambda _: True,
) -> Chosen:
    """Return the contacts to change, after asking; a dry run prints their numbers.

    Args:
        caller: where they are.
        choice: what the command line says.
        verb: what is done to them, for the question.
        asks: whether to ask even if the numbers are given.
        changes: whether a contact is changed at all.

    Raises:
        click.exceptions.Exit: the answer is no.
    """
    chosen = Chosen()
    asks = (asks or choice.numbers is None) and not choice.yes and not choice.dry_run
    if choice.numbers is None:
        for page in found_pages(caller, choice.filters):
            for contact in page:
                chosen.add(contact, changes=changes(contact))
    else:
        looks = asks or choice.dry_run
        for number in choice.numbers:
            found = find(caller, number) if looks else None
            if found is not None:
                chosen.add(found, changes=changes(found))
            elif looks or not may_be_number(number):
                chosen.missing += 1
                complain(not_found(number))
            else:
                chosen.numbers.append(number)
        chosen.numbers = [*dict.fromkeys(chosen.numbers)]  # one number may be written in two ways
    if choice.dry_run:
        click.echo("".join(f"{number}\n" for number in chosen.numbers), nl=False)
    elif asks and chosen.numbers:
        agree(f"{verb} {counted(len(chosen.numbers))} in {caller.place}, for example {chosen.example}?", yes=False)
    return chosen


def check_choice(choice: Choice, *, asks: bool) -> None:
    """Refuse a choice about which nobody can be asked.

    Raises:
        click.UsageError: as for `check_can_ask`.
    """
    if asks or choice.numbers is None:
        instead = ", or --dry-run to see what would be changed"
        check_can_ask(yes=choice.yes or choice.dry_run, instead=instead)


def counted(count: int, noun: str = "contact") -> str:
    """Return how many there are: `1 contact`, `1,234 contacts`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def end_partly(done: int, failed: int) -> None:
    """End the command with PARTLY or FAILED if some or all of it could not be done."""
    if failed:
        end(ExitCode.PARTLY if done else ExitCode.FAILED)
