"""`numberkeep doctor`: what is wrong with a set-up, and how to fix it."""

import json

import click

from numberkeep.cli.doctor_account import account_checks, disk_checks, logged, sender_check
from numberkeep.cli.doctor_checks import Check, as_object, exit_code, ok, summary, told, warning, worst
from numberkeep.cli.doctor_database import check_database
from numberkeep.cli.doctor_service import check_service
from numberkeep.cli.exit_codes import end
from numberkeep.cli.targets import json_option
from numberkeep.config.settings import load_settings, remote_is_named, remote_warnings, sender_warning, setting_warnings
from numberkeep.config.values import ConfigError
from numberkeep.service.keys import DEFAULT_ACCOUNT


@click.command()
@click.option("--database", metavar="URL", help="Check this database too. NUMBERKEEP_DATABASE does not count.")
@click.option("--account", help=f"Account in that database.  [default: the key's, or {DEFAULT_ACCOUNT}]")
@json_option
def doctor(database: str | None, account: str | None, *, as_json: bool) -> None:
    """Check the set-up, and say how to fix what is wrong.

    Checks the service that SENDBLUE_API_* name: its address, the key, the clock, the account's region, the sender, the
    webhooks and the disk. With --database, on the machine of the service, it also checks the schema, the permissions
    and the keys of that database; then the variables may be missing.

    It calls nothing but that service, which looks up the hosts of the webhooks. No message and no event is sent.

    Exits with 0 if nothing is wrong, 1 if there is a problem, 3 if there are only warnings.
    """
    if account is not None and database is None:
        raise click.UsageError("--account needs --database: a service finds the account by its API key")
    checks = _settings()
    found = check_service(checks) if remote_is_named() or database is None else None
    if found is not None:
        checks += [sender_check(found), *account_checks(found)]
        if database is None:
            checks += disk_checks(found.disk)
    if database is not None:
        stored = check_database(database, account or (found.account if found else DEFAULT_ACCOUNT), checks)
        if stored is not None and found is None:
            checks += [*([logged()] if stored.logged else []), *account_checks(stored)]
    if as_json:
        click.echo(json.dumps(as_object(checks)))
    else:
        for check in checks:
            click.echo(check.line)
        click.echo(summary(checks), err=True)
    end(exit_code(worst(checks)))


def _settings() -> list[Check]:
    """Return the checks of the variables of this shell."""
    checks = []
    for text in (*setting_warnings(), *remote_warnings()):
        message, _, fix = text.partition("; ")
        checks.append(warning("settings", message, fix))
    try:
        load_settings()
        unused = sender_warning()
    except ConfigError as error:
        return [*checks, told("settings", error)]
    if unused:
        message, _, fix = unused.rstrip(".").partition("; ")
        checks.append(warning("settings", message, fix))
    return checks or [ok("settings", "every variable of this shell is a setting")]
