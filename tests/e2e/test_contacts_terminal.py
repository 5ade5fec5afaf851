"""`numberkeep contacts` on a terminal: tables, questions, and waiting for a reply."""

import json
from pathlib import Path

import pytest

from support.process import run, serving
from support.terminal import terminal

DATABASE = ("--database", "sqlite:///contacts.db")
PAIR = {"NUMBERKEEP_API_KEY": "our-key", "NUMBERKEEP_API_SECRET": "our-secret"}
PHONE = "+14155550001"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a database of 103 contacts, three of them with the tag `old`."""
    rows = [f"+1415555{n:04d},{'Ada' if n < 3 else 'Grace'},{'old' if n < 3 else ''}\n" for n in range(103)]
    (tmp_path / "contacts.csv").write_text("phone,first_name,tags\n" + "".join(rows))
    assert run("keys", "create", *DATABASE, cwd=tmp_path).returncode == 0
    assert run("import", "contacts.csv", *DATABASE, cwd=tmp_path).returncode == 0
    return tmp_path


def count(folder: Path) -> str:
    """Return the number of contacts."""
    return run("contacts", "count", *DATABASE, cwd=folder).stdout.strip()


def test_a_page_is_shown_and_what_follows_is_counted(folder: Path) -> None:
    """A hundred contacts at most; --limit 0 shows all."""
    with terminal("contacts", "list", *DATABASE, cwd=folder) as screen:
        assert screen.end() == 0
        assert screen.text.count("+1415555") == 100
        assert "number        first_name" in screen.text
        assert "3 more: --limit 0 lists all.\n" in screen.text
    with terminal("contacts", "list", "--tag", "old", "--limit", "0", *DATABASE, cwd=folder) as screen:
        assert screen.end() == 0
        assert (screen.text.count("+1415555"), "more" in screen.text) == (3, False)


@pytest.mark.parametrize(
    ("typed", "code", "left", "said"),
    [
        ("y\n", 0, "100", "Deleted 3 contacts."),
        ("n\n", 1, "103", "Nothing was changed."),
        ("\n", 1, "103", "Nothing was changed."),
        ("\x04", 1, "103", "Nothing was changed."),
        ("\x03", 130, "103", ""),
    ],
    ids=["yes", "no", "enter", "end of input", "Ctrl-C"],
)
def test_it_asks_before_it_deletes(folder: Path, typed: str, code: int, left: str, said: str) -> None:
    """The question says how many, from where, and one of them; only a yes deletes."""
    with terminal("contacts", "rm", "--tag", "old", *DATABASE, cwd=folder) as screen:
        screen.expect("[y/N] ")
        question = "Delete 3 contacts in the account default in sqlite:///contacts.db, for example +14155550002 Ada? "
        assert question in screen.text.replace("\n", "")
        screen.type(typed)
        assert screen.end() == code
        assert said in screen.text
        assert "Traceback" not in screen.text
    assert count(folder) == left


def test_an_opt_in_asks_first(folder: Path) -> None:
    """Without a yes nobody is opted in; tagging given numbers asks nothing, tagging all does."""
    assert run("contacts", "opt-out", PHONE, *DATABASE, cwd=folder).returncode == 0
    with terminal("contacts", "opt-in", PHONE, *DATABASE, cwd=folder) as screen:
        screen.expect(f'Opt in "{PHONE}"? Only the people themselves can agree to this. [y/N] ')
        screen.type("n\n")
        assert screen.end() == 1
    listed = run("consent", "list", "--json", *DATABASE, cwd=folder).stdout
    assert [row["number"] for row in json.loads(listed)] == [PHONE]
    with terminal("contacts", "tag", "new", PHONE, *DATABASE, cwd=folder) as screen:
        assert screen.end() == 0
        assert "Tagged 1 contact; 0 unchanged." in screen.text
    with terminal("contacts", "tag", "new", "--all", *DATABASE, cwd=folder) as screen:
        screen.expect("Tag 102 contacts in ")
        screen.expect("[y/N] ")
        screen.type("yes\n")
        assert screen.end() == 0
        assert "Tagged 102 contacts; 1 unchanged." in screen.text


def test_waiting_ends_with_the_reply(tmp_path: Path) -> None:
    """Also if another command asked a moment before; a reply that opts out ends it with 1."""
    with serving(tmp_path, **PAIR) as service:
        names = ("SENDBLUE_API_BASE_URL", "SENDBLUE_API_API_KEY", "SENDBLUE_API_API_SECRET")
        settings = dict(zip(names, (service.url, *PAIR.values()), strict=True))
        for number, reply, code in ((PHONE, "yes", 0), ("+14155550002", "STOP", 1)):
            for command in ("set", "verify"):
                assert run("contacts", command, number, cwd=tmp_path, **settings).returncode == 0
            with terminal("contacts", "verify", number, "--wait", cwd=tmp_path, **settings) as screen:
                screen.expect("waiting for the reply.")
                assert run("simulate", "reply", number, reply, cwd=tmp_path, **settings).returncode == 0
                assert screen.end() == code
                assert ("is verified." if code == 0 else "has opted out and is not verified") in screen.text
        done = run("contacts", "verify", PHONE, "--wait", cwd=tmp_path, **settings)
        assert (done.returncode, done.stderr) == (0, f"{PHONE} is verified.\n")
