"""`numberkeep serve`."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

import click
from click.core import ParameterSource

from numberkeep.cli.entry import importing
from numberkeep.cli.exit_codes import Failure
from numberkeep.cli.targets import setting_option
from numberkeep.config import table
from numberkeep.config.database_url import IN_MEMORY
from numberkeep.config.settings import load_settings, sender_warning

if TYPE_CHECKING:
    from numberkeep.serving import Started

_LINK: Final = "/console/sign-in/link?token="


class _WithSettings(click.Command):
    """A command whose help also lists the settings that have no flag."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list."""
        with formatter.section("Environment variables without a flag"):
            formatter.write_dl(
                [
                    (each.name, each.help + (f"  [default: {each.default}]" if each.default else ""))
                    for each in table.SETTINGS
                    if not each.flag
                ],
                col_max=31,
            )
        super().format_epilog(ctx, formatter)


@click.command(cls=_WithSettings)
@setting_option(table.HOST)
@setting_option(table.PORT)
@setting_option(table.DATABASE)
@setting_option(table.WORKERS)
@click.option(
    "--test",
    is_flag=True,
    help="For tests: sends nothing to phones, and opens the control API at /_numberkeep/test/, which needs no key. The "
    "default database is in memory.",
)
@click.option(
    "--seed",
    type=click.File("rb"),
    metavar="FILE",
    help="With --test: a JSON file with contacts, opt-outs and messages, or a snapshot, for a new account `default`.",
)
@click.option(
    "--stop-on-eof",
    is_flag=True,
    help="Stop when standard input ends: a program that starts the service with a pipe takes it along when it ends.",
)
@click.pass_context
def serve(
    ctx: click.Context,
    *,
    host: str,
    port: int,
    database: str,
    workers: int,
    test: bool,
    seed: BinaryIO | None,
    stop_on_eof: bool,
) -> None:
    """Serve the API until SIGTERM or Ctrl-C.

    An empty database gets the account `default` with one key pair: that of NUMBERKEEP_API_KEY and
    NUMBERKEEP_API_SECRET, or a random one, which is shown once.
    """
    if test and ctx.get_parameter_source("database") is ParameterSource.DEFAULT:
        database = IN_MEMORY
    if seed is not None and not test:
        raise click.UsageError("--seed is for tests: give --test too, or import contacts with `numberkeep import`")
    settings = load_settings(host=host, port=port, database=database, workers=workers, test=test)
    if seed is not None:
        settings = replace(settings, seed=seed.read())
    # Only this command needs the server; the others should start fast.
    with importing():
        from numberkeep import serving  # noqa: PLC0415
        from numberkeep.stores import database_warning  # noqa: PLC0415

    if stop_on_eof:
        serving.stop_at_end_of_input()
    warnings = [warning for warning in (sender_warning(), database_warning(settings)) if warning]
    try:
        serving.serve(settings, partial(_announce, warnings))
    except serving.CannotServe as error:
        raise Failure(str(error)) from error


def _announce(warnings: Sequence[str], started: "Started") -> None:
    click.echo(f"numberkeep listens on {started.url}", err=True)
    if started.controlled:
        click.echo(f"Test mode: anyone who reaches {started.url}/_numberkeep/test/ controls the service.", err=True)
    for warning in warnings:
        click.echo(f"Warning: {warning}", err=True)
    if started.given_pair_unknown:
        click.echo(
            "Warning: NUMBERKEEP_API_KEY and NUMBERKEEP_API_SECRET are not a key pair of this database, which already "
            "has keys: `numberkeep keys list` lists them, `numberkeep keys create` creates another.",
            err=True,
        )
    if started.link:
        link = f"{started.local_url}{_LINK}{started.link}"
        click.echo(f"Console (this link signs you in once, within 10 minutes): {link}", err=True)
    else:
        click.echo(f"Console: {started.local_url}/console", err=True)
    if started.new_pair is not None:
        click.echo("Created the account `default` with this key pair, which is shown once:", err=True)
        _export(started.local_url, started.new_pair.key_id, started.new_pair.secret)
    if started.given_pair_made:
        click.echo("Created the account `default` with the key pair from the environment:", err=True)
        # Output ends up in logs, and the person who set the secret knows it.
        _export(started.local_url, '"$NUMBERKEEP_API_KEY"', '"$NUMBERKEEP_API_SECRET"')


def _export(url: str, key: str, secret: str) -> None:
    click.echo(f"export SENDBLUE_API_BASE_URL={url} SENDBLUE_API_API_KEY={key} SENDBLUE_API_API_SECRET={secret}")
