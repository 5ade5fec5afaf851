"""The wheels in clean environments: what a user gets who has no checkout."""

import json
import subprocess
from pathlib import Path

import pytest

from numberkeep import __version__
from support.distributions import Environment, Wheelhouse, clean_environ

CONTACTS = "/api/v2/contacts"
BY_CLIENT = """
import json, sendblue_api
with sendblue_api.SendblueAPI() as client:
    created = client.contacts.create(number="+14155552671", first_name="Ada")
    print(json.dumps([sendblue_api.__file__, created.contact.phone, client.contacts.count().count]))
"""


def test_the_module_serves(installed: Environment, elsewhere: Path) -> None:
    """`python -m numberkeep serve` creates its database, takes a contact, and ends at SIGTERM."""
    with installed.serving(elsewhere) as service:
        service.read_export()
        with service.wire() as wire:
            created = wire.post(CONTACTS, json={"number": "+14155552671"})
            assert created.status_code == 200, created.text
            assert wire.get(f"{CONTACTS}/count").json() == {"count": 1}
        assert service.stop() == 0
    assert [path.name for path in elsewhere.iterdir()] == ["numberkeep.db"]


def test_the_module_and_the_program_are_the_same(installed: Environment, elsewhere: Path) -> None:
    """Both run the installed code and print the same help."""
    where = installed.run("-c", "import numberkeep; print(numberkeep.__file__)", cwd=elsewhere).stdout
    assert Path(where).is_relative_to(installed.python.parents[1])
    by_module = installed.run("-m", "numberkeep", "--help", cwd=elsewhere).stdout
    program = installed.python.with_name("numberkeep")
    done = subprocess.run([program, "--help"], cwd=elsewhere, env=clean_environ(), capture_output=True, check=True)
    assert done.stdout.decode() == by_module
    assert by_module.startswith("Usage: numberkeep ")


@pytest.mark.parametrize("command", [["serve"], ["keys", "list"], ["migrate"]])
def test_the_missing_driver_of_postgresql_is_named(installed: Environment, elsewhere: Path, command: list[str]) -> None:
    """It is an extra, and every command that needs it says in one line how to install it."""
    url = "postgresql://somebody@127.0.0.1:1/nowhere"
    done = installed.run("-m", "numberkeep", *command, "--database", url, cwd=elsewhere)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: PostgreSQL needs its driver: pip install 'numberkeep[postgres]'\n"


def test_the_extra_brings_the_driver(
    wheelhouse: Wheelhouse, tmp_path: Path, elsewhere: Path, postgres_url: str
) -> None:
    """With `numberkeep[postgres]`, the installed migrations create the schema."""
    made = wheelhouse.environment(tmp_path / "env", f"{wheelhouse.server}[postgres]")
    done = made.run("-m", "numberkeep", "keys", "create", "--database", postgres_url, cwd=elsewhere)
    assert done.returncode == 0, done.stderr


def test_the_client_is_a_wheel_of_its_own(
    wheelhouse: Wheelhouse, installed: Environment, tmp_path: Path, elsewhere: Path
) -> None:
    """It works in an environment without the service, which does not bring it."""
    made = wheelhouse.environment(tmp_path / "env", wheelhouse.client)
    assert made.run("-c", "import numberkeep", cwd=elsewhere).returncode != 0
    assert installed.run("-c", "import sendblue_api", cwd=elsewhere).returncode != 0
    with installed.serving(elsewhere, "--database", "sqlite://:memory:") as service:
        done = made.run("-W", "error", "-c", BY_CLIENT, cwd=elsewhere, **service.read_export())
    assert done.returncode == 0, done.stderr
    where, phone, count = json.loads(done.stdout)
    assert Path(where).is_relative_to(tmp_path)
    assert (phone, count) == ("+14155552671", 1)


def test_uvx_runs_the_wheel(wheelhouse: Wheelhouse, elsewhere: Path) -> None:
    """`uvx --from WHEEL numberkeep` needs no environment of the user's."""
    printed = wheelhouse.uv("tool", "run", "--from", wheelhouse.server, "numberkeep", "--version", cwd=elsewhere)
    assert printed == f"numberkeep, version {__version__}\n"
