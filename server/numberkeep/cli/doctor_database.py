"""What `numberkeep doctor` finds out about a database, which a service may be using."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from numberkeep.cli.doctor_account import large_wal
from numberkeep.cli.doctor_checks import Check, ok, problem, told, warning
from numberkeep.cli.on_database import run_for
from numberkeep.config.database_url import database_file, existing_database, is_postgres, without_password
from numberkeep.config.settings import load_remote, remote_is_named
from numberkeep.config.values import ConfigError
from numberkeep.domain.errors import NumberkeepError
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.operations.doctor import doctor_answer
from numberkeep.service import doctor, keys
from numberkeep.service.context import Context
from numberkeep.store.space import MB, Room
from numberkeep.store.sqlite import measure, permission_warning
from numberkeep.wire.doctor import DoctorAnswer

_FIXES: Final = {Room.FULL: problem, Room.LOW: warning}


def check_database(database: str, account: str, found: list[Check]) -> DoctorAnswer | None:
    """Add the checks of a database, and return the state of an account; None if it cannot be read."""
    try:
        existing_database(database)
        if not is_postgres(database):
            found += _file(database_file(database))
    except ConfigError as error:
        found.append(told("database", error))
        return None

    async def examined(context: Context, of: Account) -> tuple[DoctorAnswer, list[ApiKey]]:
        findings = await doctor.examine(context, of, None)
        return doctor_answer(of, findings, context.deployment), [*await keys.list_all(context)]

    try:
        answer, listed = run_for(database, account, examined)
    except ConfigError as error:
        found.append(told("settings", error))
    except NumberkeepError as error:
        found.append(told("database", error))
    except click.ClickException as failure:
        found.append(told("account", failure))
    else:
        found.append(ok("database", f"{without_password(database)} has the schema that this version needs"))
        found.append(_keys(listed, account))
        return answer
    return None


def _file(path: Path) -> Iterator[Check]:
    """Yield the checks of a file and its folder."""
    loose = permission_warning(path).rstrip(".")
    if loose:
        message, _, fix = loose.rpartition(": ")
        yield warning("permissions", message, fix)
    closed = [place for place in (path, path.absolute().parent) if not os.access(place, os.W_OK)]
    for place in closed:
        yield problem("permissions", f"this user cannot write {place}", "run the command as the service's user")
    if not loose and not closed:
        yield ok("permissions", f"only its owner can open {path}, and its folder can be written")
    try:
        space = measure(path)
    except OSError as error:
        yield problem("disk", f"the room for {path} cannot be measured ({error.strerror})", "check its folder")
        return
    used = f"{_size(space.free)} are free for a database of {_size(space.size)}"
    if space.room is Room.ENOUGH:
        yield ok("disk", used)
    else:
        yield _FIXES[space.room]("disk", used, "free some, or move the database")
    if space.temporary_room is not Room.ENOUGH:
        free = f"{_size(space.temporary)} are free for temporary files"
        yield _FIXES[space.temporary_room]("disk", free, "free some, or set TMPDIR to a folder with more")
    if space.wal_is_large:
        yield large_wal()


def _keys(listed: list[ApiKey], account: str) -> Check:
    """Return the check of the environment's key, if it names one, or else of whether the account has any."""
    try:
        pair = load_remote().key if remote_is_named() else None
    except ConfigError:
        pair = None
    fix = 'run eval "$(numberkeep env)", which creates a key and sets the variables'
    if pair is None:
        active = sum(key.revoked_at is None and key.account.name == account for key in listed)
        if not active:
            return problem("keys", f"the account {account} has no key that is not revoked", fix)
        return ok("keys", f"the account {account} has {active} {'key' if active == 1 else 'keys'}")
    key = next((key for key in listed if key.key_id == pair.key_id), None)
    if key is None:
        return problem("keys", "the key in SENDBLUE_API_API_KEY is not one of this database", fix)
    if key.revoked_at is not None:
        return problem("keys", "the key in SENDBLUE_API_API_KEY is revoked", fix)
    if not key.opens_with(pair.secret.encode()):
        return problem("keys", "SENDBLUE_API_API_SECRET is not the secret of SENDBLUE_API_API_KEY", fix)
    return ok("keys", f"the key in SENDBLUE_API_API_KEY is one of the account {key.account.name}")


def _size(size: int) -> str:
    return f"{size / MB:,.0f} MB" if size < 1000 * MB else f"{size / MB / 1000:,.1f} GB"
