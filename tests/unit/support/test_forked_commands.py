"""A command in a fork does what the program does."""

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from support import forked_commands
from support.forked_commands import can_fork, run_forked
from support.process import PROGRAM, environment, run

pytestmark = pytest.mark.skipif(not forked_commands.AVAILABLE, reason="elsewhere no command is forked")


@pytest.mark.parametrize(
    ("arguments", "piped"),
    [
        (["--version"], None),
        (["keys", "list"], None),
        (["keys", "revoke", "\udcff"], None),
        (["keys", "list", "--json", "--database", "sqlite:///a.db"], None),
        (["consent", "import", "-", "--database", "sqlite:///a.db"], "(415) 555-0001\r\nnobody é\n"),
        (["consent", "list", "--csv", "--database", "sqlite:///a.db"], None),
    ],
)
def test_it_prints_and_returns_the_same(tmp_path: Path, arguments: list[str], piped: str | None) -> None:
    """With its arguments, folder, environment and input."""
    done = []
    for name, under in (("forked", ()), ("started", ("env",))):
        folder = tmp_path / name
        folder.mkdir()
        assert run("migrate", "--database", "sqlite:///a.db", cwd=folder, under=under).returncode == 2
        (folder / "a.db").touch()
        assert run("migrate", "--database", "sqlite:///a.db", cwd=folder, under=under).returncode == 0
        each = run(*arguments, cwd=folder, piped=piped, under=under, NUMBERKEEP_DATABASE="sqlite:///no.db")
        done.append((each.returncode, each.stdout, each.stderr))
    assert done[0] == done[1]


def test_one_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    """As `subprocess.run` does."""
    variables = {"NUMBERKEEP_PORT": "1"}
    with pytest.raises(subprocess.TimeoutExpired):
        run_forked(
            [str(PROGRAM), "ready", "--wait", "30"],
            cwd=tmp_path,
            environment=environment(**variables),
            piped=None,
            patience=0.5,
        )
    assert run("--version", cwd=tmp_path).returncode == 0, "the server goes on"


@pytest.mark.parametrize(
    ("arguments", "piped", "settings"),
    [
        (("serve",), None, {}),
        (("record",), None, {}),
        (("keys", "list"), None, {"PYTHONUTF8": "0"}),
        (("import", "-"), "x" * 40_000, {}),
    ],
)
def test_what_needs_a_process_from_the_start_gets_one(
    arguments: tuple[str, ...], piped: str | None, settings: dict[str, str]
) -> None:
    """It would not do the same, or would wait indefinitely."""
    assert not can_fork(arguments, piped, settings)


def test_the_server_ends_with_the_tests(tmp_path: Path) -> None:
    """Whatever ends them."""
    script = """
    import os, sys
    sys.path[:0] = sys.argv[1:2]
    from pathlib import Path
    from support.process import run
    assert run("--version", cwd=Path(sys.argv[2])).returncode == 0
    print(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(), flush=True)
    os.kill(os.getpid(), 9)
    """
    tests = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", textwrap.dedent(script), tests, str(tmp_path)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    [server] = done.stdout.split()
    give_up = 1000
    while Path(f"/proc/{server}/cmdline").exists() and b"fork_server" in Path(f"/proc/{server}/cmdline").read_bytes():
        give_up -= 1
        assert give_up
        time.sleep(0.02)
