"""The compose files, read as YAML: what they name exists, and what runs is confined. No Docker runs here."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from numberkeep.cli.main import cli
from numberkeep.config.database_url import is_postgres, postgres_url
from numberkeep.config.table import DATABASE, PORT, SETTINGS, WORKERS
from numberkeep.serving.worker import FINISH_SECONDS
from support.distributions import ROOT
from support.dockerfile import stages

FOLDER = ROOT / "deploy"
FILES = ["compose.yaml", "compose.postgres.yaml"]
IMAGE = stages(ROOT / "Dockerfile")[-1]
PASSWORD = "${POSTGRES_PASSWORD:?set it to letters and digits}"


def read(file: str) -> Mapping[str, Any]:
    """Return a file's contents."""
    found: Mapping[str, Any] = yaml.safe_load((FOLDER / file).read_text())
    return found


@pytest.fixture(params=FILES)
def compose(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    """Return the contents of each file."""
    return read(request.param)


def test_it_builds_this_repository(compose: Mapping[str, Any]) -> None:
    """The context is relative to the file."""
    context = (FOLDER / compose["services"]["numberkeep"]["build"]).resolve()
    assert context == ROOT
    assert (context / "Dockerfile").exists()


def test_the_service_is_confined(compose: Mapping[str, Any]) -> None:
    """As the image allows: no rights, a read-only root, and the only volume is that of the image."""
    service = compose["services"]["numberkeep"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "user" not in service, "the image has one"
    [mounted] = service["volumes"]
    assert mounted.partition(":")[2] == IMAGE.last("VOLUME").words[0]


def test_it_is_reached_from_this_machine_only(compose: Mapping[str, Any]) -> None:
    """Who wants more puts a proxy with TLS before it; the database is not published at all."""
    [published] = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert published == f"127.0.0.1:{PORT.default}:{IMAGE.env['NUMBERKEEP_PORT']}"


def test_a_stop_has_the_time_that_it_needs(compose: Mapping[str, Any]) -> None:
    """Before Docker kills it."""
    seconds = int(compose["services"]["numberkeep"]["stop_grace_period"].removesuffix("s"))
    assert seconds > FINISH_SECONDS + 3


def test_every_name_is_declared(compose: Mapping[str, Any]) -> None:
    """Volumes, the services that others wait for, their health checks, and the versions of images."""
    services = compose["services"]
    used = {mounted.partition(":")[0] for service in services.values() for mounted in service["volumes"]}
    assert used == set(compose["volumes"])
    for service in services.values():
        for name, wait in service.get("depends_on", {}).items():
            assert wait == {"condition": "service_healthy"}
            assert "healthcheck" in services[name]
        assert "build" in service or re.fullmatch(r"\w+:\d+-\w+", service["image"])


def test_every_variable_is_a_setting(compose: Mapping[str, Any]) -> None:
    """Of numberkeep; values are text, as YAML would otherwise read some as numbers."""
    variables = compose["services"]["numberkeep"].get("environment", {})
    assert set(variables) <= {setting.name for setting in SETTINGS}
    assert all(isinstance(value, str) for value in variables.values())


def test_the_service_on_postgresql_names_the_database_that_the_other_creates() -> None:
    """The same user, database and password; with two processes, which only PostgreSQL permits."""
    services = read("compose.postgres.yaml")["services"]
    ours, theirs = services["numberkeep"]["environment"], services["postgres"]["environment"]
    user, name = theirs["POSTGRES_USER"], theirs["POSTGRES_DB"]
    assert theirs["POSTGRES_PASSWORD"] == PASSWORD
    url = ours[DATABASE.name]
    assert url == f"postgresql://{user}:{PASSWORD}@postgres/{name}"
    filled = url.replace(PASSWORD, "0a1b2c")
    assert is_postgres(filled)
    assert postgres_url(filled)
    assert WORKERS.value(ours[WORKERS.name]) == 2
    assert services["postgres"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]


@pytest.mark.parametrize("file", FILES)
def test_the_commands_at_the_top_name_the_file(file: str) -> None:
    """They are to be pasted."""
    top = [line for line in (FOLDER / file).read_text().splitlines() if line.startswith("#")]
    named = [found for line in top for found in re.findall(r"docker compose -f (\S+)", line)]
    assert named == [f"deploy/{file}"] * 2
    run = re.search(r"exec -T (\w+) numberkeep (\w+) ", "\n".join(top))
    assert run
    assert run[1] in read(file)["services"]
    assert run[2] in cli.commands
