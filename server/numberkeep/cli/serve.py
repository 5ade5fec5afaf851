"""`numberkeep serve`."""

from shlex import quote

import click

from numberkeep.config import DEFAULT_DATABASE, load_settings
from numberkeep.domain.identity import KeyPair


@click.command()
@click.option("--host", help="Address to listen on.  [env: NUMBERKEEP_HOST; default: 127.0.0.1]")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="TCP port, 0 for a free one.  [env: NUMBERKEEP_PORT; default: 8181]"
)
@click.option(
    "--database",
    metavar="URL",
    help=f"Where contacts are kept.  [env: NUMBERKEEP_DATABASE; default: {DEFAULT_DATABASE}]",
)
@click.option("--workers", type=click.IntRange(1), help="Server processes.  [env: NUMBERKEEP_WORKERS; default: 1]")
def serve(host: str | None, port: int | None, database: str | None, workers: int | None) -> None:
    """Serve the API until SIGTERM or Ctrl-C.

    On an empty database it makes the account `default` with one key pair, from NUMBERKEEP_API_KEY and
    NUMBERKEEP_API_SECRET or at random, and shows it once.
    """
    settings = load_settings(host=host, port=port, database=database, workers=workers)
    # Only this command needs the server, and the others should start fast.
    from numberkeep import serving  # noqa: PLC0415

    try:
        serving.serve(settings, _announce)
    except serving.CannotServe as error:
        raise click.ClickException(str(error)) from error


def _announce(url: str, made: KeyPair | None) -> None:
    click.echo(f"numberkeep listens on {url}", err=True)
    if made is not None:
        click.echo("Made the account `default` with this key pair, shown once:", err=True)
        pair = f"SENDBLUE_API_API_KEY={quote(made.key_id)} SENDBLUE_API_API_SECRET={quote(made.secret)}"
        click.echo(f"export SENDBLUE_API_BASE_URL={url} {pair}")
