"""What all commands share: how an interrupt ends them, mistyped variables, and arguments that are not text."""

import signal
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from support.process import PATIENCE, PROGRAM, environment, run, serving


def test_ctrl_c_ends_a_command_with_130(tmp_path: Path) -> None:
    """It prints nothing: no traceback, and no message for the one who pressed it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        settings = {
            "SENDBLUE_API_BASE_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "SENDBLUE_API_API_KEY": "k",
            "SENDBLUE_API_API_SECRET": "s",
        }
        with subprocess.Popen(
            [PROGRAM, "simulate", "reply", "+14155550001", "hi"],
            cwd=tmp_path,
            env=environment(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            silent.settimeout(PATIENCE)
            connection, _ = silent.accept()
            with closing(connection):
                connection.recv(1)
                process.send_signal(signal.SIGINT)
                assert process.communicate(timeout=PATIENCE) == ("", "")
        assert process.returncode == 130


@pytest.mark.parametrize(
    ("name", "expected_text"),
    [
        ("NUMBERKEEP_PROT", "did you mean NUMBERKEEP_PORT?"),
        ("NUMBERKEEP_DATABSE", "did you mean NUMBERKEEP_DATABASE?"),
        ("NUMBERKEEP_XYZZY_PLUGH_QUX", "`numberkeep serve --help` lists the settings."),
    ],
)
def test_an_unknown_variable_is_warned_about(tmp_path: Path, name: str, expected_text: str) -> None:
    """By `serve`, and by commands that would otherwise use an unintended database; its value is not shown."""
    warning = f"Warning: {name} is not a setting; {expected_text}\n"
    done = run("keys", "create", cwd=tmp_path, **{name: "hunter2"})
    assert (done.returncode, done.stderr.startswith(warning)) == (0, True), done.stderr
    assert "hunter2" not in done.stderr
    with serving(tmp_path, **{name: "hunter2"}) as running:
        assert running.said.startswith(warning)
    assert "Warning" not in run("keys", "list", cwd=tmp_path, NUMBERKEEP_PORT="1").stderr


@pytest.mark.parametrize(
    "command",
    [
        ["keys", "revoke", "\udcff"],
        ["keys", "create", "--account", "\udcff"],
        ["accounts", "set", "default", "--verification-text", "a\udcff"],
        ["webhooks", "add", "http://example.com/\udcff"],
        ["consent", "show", "\udcff"],
        ["contacts", "get", "\udcff"],
        ["contacts", "set", "+14155550123", "--var", "a=\udcff"],
        ["simulate", "reply", "+14155550123", "\udcff\udcfe"],
        ["simulate", "reply", "\udcff", "hi"],
        ["listen", "--type", "\udcff"],
        ["copy", "sqlite:///\udcff.db", "sqlite:///b.db"],
        ["serve", "--host", "\udcff"],
        ["\udcff"],
    ],
    ids=" ".join,
)
def test_an_argument_that_is_not_text_is_an_error(tmp_path: Path, command: list[str]) -> None:
    """A command line may contain any bytes; invalid UTF-8 is an error for every command."""
    service = {
        "SENDBLUE_API_BASE_URL": "http://127.0.0.1:1",
        "SENDBLUE_API_API_KEY": "k",
        "SENDBLUE_API_API_SECRET": "s",
    }
    done = run(*command, cwd=tmp_path, **service)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "\\udcff" in done.stderr
    assert "not valid UTF-8" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "expected_text"),
    [
        (["kyes"], "No such command 'kyes'. Did you mean 'keys'? (see `numberkeep --help`)"),
        (["--verion"], "No such option '--verion'. Did you mean '--version'? (see `numberkeep --help`)"),
        (["keys", "craete"], "No such command 'craete'. Did you mean 'create'? (see `numberkeep keys --help`)"),
        (["keys", "list", "--databse", "x"], "Did you mean '--database'? (see `numberkeep keys list --help`)"),
        (["keys", "list", "--database"], "Option '--database' requires an argument (see `numberkeep keys --help`)"),
        (["backup"], "Missing argument 'FILE' (see `numberkeep backup --help`)"),
        (["listen", "--count", "x"], "Invalid value for '--count': 'x' is not a whole number (see"),
        (["accounts", "set", "default"], "give at least one option, such as --region (see"),
    ],
    ids=" ".join,
)
def test_a_mistyped_command_is_one_line(tmp_path: Path, command: list[str], expected_text: str) -> None:
    """It names the mistake and the help to read."""
    done = run(*command, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert done.stderr.startswith("Error: ")
    assert expected_text in done.stderr


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    """Whatever the command prints; the exit code is that of a failure."""
    assert run("keys", "create", cwd=tmp_path).returncode == 0
    for command in ("keys list", "accounts list --json", "export - --database sqlite:///numberkeep.db"):
        script = f"{PROGRAM} {command} > /dev/full"
        done = subprocess.run(
            ["/bin/sh", "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (
            1,
            "Error: cannot write the output: No space left on device; free some space, or write elsewhere\n",
        )


def test_a_group_alone_shows_its_help(tmp_path: Path) -> None:
    """With the exit code for usage."""
    done = run("keys", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.startswith("Usage: numberkeep keys ")) == (2, "", True)


def test_empty_lists_say_so(tmp_path: Path) -> None:
    """On stderr, with the command that fills them; with --json only `[]` is printed."""
    (tmp_path / "numberkeep.db").touch(0o600)
    assert run("migrate", cwd=tmp_path).returncode == 0
    for name in ("keys", "accounts"):
        done = run(name, "list", cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (0, "", 1)
        assert "`numberkeep keys create`" in done.stderr
        done = run(name, "list", "--json", cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
    assert run("keys", "create", cwd=tmp_path).returncode == 0
    done = run("consent", "list", "--database", "sqlite:///numberkeep.db", cwd=tmp_path)
    assert (done.stdout, "No number is opted out: `numberkeep consent import FILE`" in done.stderr) == ("", True)


@pytest.mark.parametrize(
    ("command", "fix"),
    [
        (["serve", "--database", "sqlite:///no/x.db"], "create its folder, or correct the path"),
        (["backup", "no/x.db"], "create its folder, or correct the path"),
        (["backup", "text/x.db"], "correct the path"),
        (["check", "--database", "sqlite:///text"], "name another file"),
        (["restore", "text", "--force"], "name another file"),
        (["keys", "list", "--database", "postgresql://127.0.0.1:1/x"], "check its URL, and that the server runs"),
        (["webhooks", "add", "example.com", "--database", "sqlite:///numberkeep.db"], "Error: the URL does not begin"),
        (["keys", "list", "--database", "sqlite:///no.db"], "correct its URL, or run the command in the folder"),
    ],
)
def test_a_mistake_of_a_new_user_is_one_line_with_its_fix(tmp_path: Path, command: list[str], fix: str) -> None:
    """Whichever layer finds it."""
    (tmp_path / "text").write_text("text, and no database")
    assert run("keys", "create", cwd=tmp_path).returncode == 0
    done = run(*command, cwd=tmp_path)
    assert (done.returncode in {1, 2}, done.stdout, done.stderr.count("\n")) == (True, "", 1), done.stderr
    assert done.stderr.startswith("Error: ")
    assert fix in done.stderr
