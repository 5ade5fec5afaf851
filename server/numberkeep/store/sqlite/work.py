"""How a group of commands is applied. Runs on the writer's thread, in its transaction."""

from collections.abc import Sequence
from typing import Any

import apsw

from numberkeep.domain.commands import AccountCommand, outcomes
from numberkeep.domain.snapshot import Wanted
from numberkeep.domain.work import Work
from numberkeep.store.sqlite.loading import load
from numberkeep.store.sqlite.saving import save


def apply(connection: apsw.Connection, account_id: int, commands: Sequence[AccountCommand[Any]]) -> Sequence[Any]:
    """The results or refusals of one account's commands, which share one load and one save.

    Raises:
        NumberkeepError: as for `outcomes`.
    """
    wanted = Wanted()
    for command in commands:
        command.want(wanted)
    work = Work(account_id, load(connection, account_id, wanted))
    done = outcomes(commands, work)
    if work.changed:
        save(connection, account_id, work.changes())
    return done
