"""`numberkeep env` in a real shell: the lines that it prints name a service that answers."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import leaks
from support.process import PATIENCE, PROGRAM, Serving, environment, run, serving

NAMES = ("SENDBLUE_API_BASE_URL", "SENDBLUE_API_API_KEY", "SENDBLUE_API_API_SECRET")
PATH = os.pathsep.join([str(PROGRAM.parent), os.environ["PATH"]])


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Serving]:
    """Run a service with a database in the folder."""
    with serving(tmp_path) as service:
        yield service


def shell(program: str, script: str, cwd: Path, **settings: str) -> str:
    """Return what a script prints in a real shell."""
    done = subprocess.run(
        [program, "-euc", script],
        cwd=cwd,
        env=environment(PATH=PATH, **settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("program", ["sh", "bash"])
def test_the_lines_name_a_service_that_answers(tmp_path: Path, running: Serving, program: str) -> None:
    """`eval` sets them; the port is that of the settings, and the key works until it is revoked."""
    port = running.url.rpartition(":")[2]
    script = 'eval "$(numberkeep env)"; numberkeep consent list --json; numberkeep keys revoke "$SENDBLUE_API_API_KEY"'
    assert shell(program, script, tmp_path, NUMBERKEEP_PORT=port) == "[]\n"
    listed = run("keys", "list", cwd=tmp_path).stdout.splitlines()
    assert ["revoked" in line for line in listed] == [False, True]


@pytest.mark.usefixtures("running")
def test_any_url_is_quoted(tmp_path: Path) -> None:
    """A shell takes it as it is."""
    url = "http://127.0.0.1/it's$HOME;`id`\"\\*"
    script = f'eval "$(numberkeep env --url "$URL")"; printf %s "${NAMES[0]}"'
    assert shell("sh", script, tmp_path, URL=url) == url


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    ("shell_path", "pattern"),
    [
        ("/bin/zsh", "export {}=(.*)"),
        ("/usr/bin/fish", "set -gx {} '(.*)'"),
        ("/opt/microsoft/powershell/7/pwsh", "\\$Env:{} = '(.*)'"),
        ("", "export {}=(.*)"),
    ],
)
def test_the_form_is_that_of_the_shell(tmp_path: Path, shell_path: str, pattern: str) -> None:
    """By SHELL; stderr names the key and how to revoke it, and not the secret."""
    done = run("env", cwd=tmp_path, SHELL=shell_path, NUMBERKEEP_HOST="0.0.0.0")  # noqa: S104 - nothing listens
    assert done.returncode == 0
    expected = "".join(pattern.format(name) + "\n" for name in NAMES)
    found = re.fullmatch(expected, done.stdout)
    assert found, done.stdout
    url, key, secret = found.groups()
    leaks.learn_secret(secret)
    assert url == "http://127.0.0.1:8181"
    assert done.stderr == (
        f"Created the key {key} for the account `default`. To revoke it, run `numberkeep keys revoke {key}`.\n"
    )


@pytest.mark.usefixtures("running")
def test_github_actions_gets_them_in_its_file(tmp_path: Path) -> None:
    """After what is there; stdout hides the secret in the log before anything else."""
    (tmp_path / "github").write_text("OTHER=1\n")
    done = run("env", "--shell", "github", cwd=tmp_path, GITHUB_ENV=str(tmp_path / "github"))
    assert done.returncode == 0, done.stderr
    first, *lines = (tmp_path / "github").read_text().splitlines()
    variables = dict(line.split("=", 1) for line in lines)
    assert (first, tuple(variables)) == ("OTHER=1", NAMES)
    assert done.stdout == f"::add-mask::{variables[NAMES[2]]}\n"


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    ("arguments", "settings", "code", "fix"),
    [
        (["--account", "nobody"], {}, 1, "`numberkeep accounts list`"),
        (["--database", "sqlite:///typo.db"], {}, 2, "there is no database typo.db"),
        (["--url", "127.0.0.1:8181"], {}, 2, "begins with http://"),
        (["--shell", "github"], {"GITHUB_ENV": ""}, 2, "GITHUB_ENV is not set"),
        (["--shell", "github"], {"GITHUB_ENV": "/dev/null/x"}, 1, "cannot write /dev/null/x"),
        ([], {"NUMBERKEEP_PORT": "0"}, 2, "--url"),
    ],
)
def test_a_refusal_creates_no_key(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], code: int, fix: str
) -> None:
    """One line with the fix; nothing is printed for `eval`."""
    done = run("env", *arguments, cwd=tmp_path, **settings)
    assert (done.returncode, done.stdout, done.stderr.count("\n"), fix in done.stderr) == (code, "", 1, True)
    assert len(run("keys", "list", cwd=tmp_path).stdout.splitlines()) == 1
    assert not (tmp_path / "typo.db").exists()
