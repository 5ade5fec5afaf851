"""Applies or previews a group of commands of one account, as a conversation with a database."""

from collections.abc import Sequence
from typing import Any

from numberkeep.domain.command import AccountCommand, outcomes
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.work.snapshot import Needs, Tallies
from numberkeep.domain.work.unit import Work
from numberkeep.store.contract import Preview
from numberkeep.store.flow import Fetch, Flow
from numberkeep.store.loading import load
from numberkeep.store.saving import save


def apply(account_id: int, commands: Sequence[AccountCommand[Any]]) -> Flow[Sequence[Any]]:
    """Return the result or the refusal of each command; they share one load and one save.

    Raises:
        NumberkeepError: as for `outcomes`.
        StoreUnavailable: the account's row is missing.
    """
    rows = yield Fetch("lock_tallies", (account_id,))
    if not rows:
        raise StoreUnavailable(
            f"account {account_id} has no row to lock, because the database is incomplete: restore or copy it again"
        )
    work = Work(account_id, (yield from load(account_id, _needs_of(commands), Tallies(*rows[0]))))
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
