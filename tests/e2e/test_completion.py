"""`numberkeep completion`: bash completes commands, subcommands and options with the script."""

import os
import subprocess
from pathlib import Path

import pytest

from support.process import PATIENCE, PROGRAM, environment, run

COMPLETE = """
source <(numberkeep completion bash)
COMP_WORDS=({words}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
$(complete -p numberkeep | sed 's/.*-F \\([^ ]*\\).*/\\1/') numberkeep
echo "${{COMPREPLY[@]}}"
"""
"""Does what bash does when Tab is pressed."""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("numberkeep ke", "keys"),
        ("numberkeep webhooks re", "replay"),
        ("numberkeep completion z", "zsh"),
        ("numberkeep keys create --acc", "--account"),
        ("numberkeep xyzzy", ""),
    ],
)
def test_bash_completes(tmp_path: Path, words: str, expected: str) -> None:
    """In a real bash, with the function that the script registers."""
    path = os.pathsep.join([str(PROGRAM.parent), os.environ["PATH"]])
    command = ["bash", "--norc", "-c", COMPLETE.format(words=words)]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment(PATH=path),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"{expected}\n", "")


@pytest.mark.parametrize(("shell", "current"), [("bash", "1"), ("zsh", "1"), ("fish", "ke")])
def test_each_script_calls_the_program(tmp_path: Path, shell: str, current: str) -> None:
    """With the variables that the program answers; fish passes the current word, and the others its place."""
    done = run("completion", shell, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_NUMBERKEEP_COMPLETE={shell}_complete" in done.stdout
    answer = run(cwd=tmp_path, _NUMBERKEEP_COMPLETE=f"{shell}_complete", COMP_WORDS="numberkeep ke", COMP_CWORD=current)
    assert "keys" in answer.stdout
