"""Applies or previews a group of commands of one account, as a conversation with a database."""

from collections.abc import Sequence
from typing import Any, cast

from numberkeep.domain.command import AccountCommand, outcomes
from numberkeep.domain.errors import AccountNotFound, StoreUnavailable
from numberkeep.domain.work.loaded import Tallies
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work
from numberkeep.store.contract import Preview
from numberkeep.store.flow import Fetch, Flow
from numberkeep.store.loading import load
from numberkeep.store.saving import save
from numberkeep.store.whole_account import DeleteAccount, WholeAccount


def apply(account_id: int, commands: Sequence[AccountCommand[Any]]) -> Flow[Sequence[Any]]:
    """Return the result or the refusal of each command; they share one load and one save.

    Commands on the whole account are run by themselves, and those after them share another load and save.

    Raises:
        NumberkeepError: as for `outcomes`.
        StoreUnavailable: the account's row is missing.
    """
    rows = yield Fetch("lock_tallies", (account_id,))
    if not rows:
        raise StoreUnavailable(
            f"account {account_id} has no row to lock, because the database is incomplete: restore or copy it again"
        )
    tallies = Tallies(*rows[0])
    place = next((n for n, command in enumerate(commands) if isinstance(command, WholeAccount)), None)
    if place is None:
        return (yield from _together(account_id, commands, tallies))
    if place:
        before = yield from _together(account_id, commands[:place], tallies)
        return [*before, *(yield from apply(account_id, commands[place:]))]
    done = [(yield from cast("WholeAccount[Any]", commands[0]).flow(tallies))]
    if isinstance(commands[0], DeleteAccount):
        return [*done, *(AccountNotFound() for _ in commands[1:])]
    return [*done, *(yield from apply(account_id, commands[1:]))] if commands[1:] else done


def _together(account_id: int, commands: Sequence[AccountCommand[Any]], tallies: Tallies) -> Flow[Sequence[Any]]:
    work = Work(account_id, (yield from load(account_id, _needs_of(commands), tallies)))
    done = outcomes(commands, work)
    if work.changed:
        yield from save(account_id, work.changes())
    return done


def preview(account_id: int, commands: Sequence[AccountCommand[Any]]) -> Flow[Preview]:
    """Return what `apply` would do.

    Raises:
        NumberkeepError: as for `outcomes`.
    """
    rows = yield Fetch("tallies", (account_id,))
    tallies = Tallies(*rows[0]) if rows else Tallies()
    work = Work(account_id, (yield from load(account_id, _needs_of(commands), tallies)))
    return Preview(outcomes(commands, work), work.changes())


def _needs_of(commands: Sequence[AccountCommand[Any]]) -> Needs:
    needs = Needs()
    for command in commands:
        command.want(needs)
    return needs
