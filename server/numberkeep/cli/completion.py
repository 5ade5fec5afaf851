"""`numberkeep completion`: the completion script for a shell."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script for command completion in bash, zsh or fish.

    \b
    bash  echo 'eval "$(numberkeep completion bash)"' >> ~/.bashrc
    zsh   echo 'eval "$(numberkeep completion zsh)"' >> ~/.zshrc
    fish  numberkeep completion fish > ~/.config/fish/completions/numberkeep.fish
    """  # noqa: D301 - click keeps the lines after this mark
    complete = get_completion_class(shell)
    assert complete is not None, "click knows the three"  # noqa: S101
    name = context.find_root().info_name or ""
    click.echo(complete(context.find_root().command, {}, name, f"_{name.upper()}_COMPLETE").source())
