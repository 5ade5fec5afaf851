"""How a question that nobody answers ends a command."""

import click
import pytest

from numberkeep.cli.exit_codes import CommandLine


@click.group(cls=CommandLine)
def asking() -> None:
    """Ask."""


@asking.command()
def ask() -> None:
    """Ask a question."""
    click.confirm("Sure?", err=True)


@pytest.mark.parametrize(
    ("ends", "code", "said"),
    [
        (KeyboardInterrupt, 130, ""),
        (EOFError, 1, "Error: no answer on standard input: repeat the command on a terminal\n"),
    ],
)
def test_a_question_without_an_answer(
    ends: type[BaseException],
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ctrl-C is 130, as everywhere; the end of standard input is a failure with its fix."""

    def end(_: str) -> str:
        raise ends

    monkeypatch.setattr("click.termui.visible_prompt_func", end)
    with pytest.raises(SystemExit) as ended:
        asking(["ask"])
    assert ended.value.code == code
    assert capsys.readouterr().err.removeprefix("Sure? [y/N]:").lstrip() == said
