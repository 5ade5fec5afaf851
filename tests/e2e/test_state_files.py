"""The state of accounts from one service to the next: files of seeds and snapshots, databases, and repeatable ids."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.account_state import (
    CONTACTS,
    OTHER,
    PHONE,
    control,
    create,
    done,
    everything,
    until_type,
)
from support.process import PATIENCE, run, serving
from support.test_mode import CONTROL, new_account


def test_a_snapshot_is_for_other_services_too(wire: httpx2.Client, tmp_path: Path) -> None:
    """Through the control API, and with --seed."""
    create(wire, PHONE, first_name="Ada")
    state, before = done(wire.get(f"{CONTROL}/snapshot")), everything(wire)
    (tmp_path / "state.json").write_text(json.dumps(state, indent=1))
    with serving(tmp_path, "--test", "--seed", "state.json") as second:
        second.read_export()
        with second.wire() as default, new_account(second.url) as other:
            assert everything(default) == before
            control(other, "restore", **state)
            assert everything(other) == before


def test_the_same_calls_get_the_same_ids_and_times_on_every_run(tmp_path: Path) -> None:
    """In new services, and after a reset in the same one; also if other accounts have the same."""

    def repeat(client: httpx2.Client) -> Mapping[str, Any]:
        done(client.post(f"{CONTROL}/clock", json={"freeze": "2026-01-01T00:00:00Z"}))
        control(client, "reset", deterministic=True)
        for number in (PHONE, OTHER):
            create(client, number, tags=["vip"])
            done(client.post(f"{CONTACTS}/verify", json={"number": number}, headers={"x-request-id": "mine"}))
            done(client.post("/_numberkeep/inbound", json={"from": number, "content": "yes"}))
            done(client.get(CONTACTS))
            done(client.post("/api/send-message", json={"number": number, "content": "Hi", "from_number": PHONE}))
        control(client, "seed", contacts=[{"phone": "+14155550101"}], opt_outs=[PHONE])
        done(client.post(f"{CONTROL}/clock", json={"advance_seconds": 3600}))
        create(client, "+14155550102")
        found = everything(client)
        for event in found["events"]:
            del event["cause"], event["actor"]  # which name the request and the key, unless they are chosen
        return found

    found: list[Mapping[str, Any]] = []
    for _ in range(2):
        with serving(tmp_path, "--test") as service:
            for _ in range(2):
                with new_account(service.url) as client:
                    found += [repeat(client), repeat(client)]
    assert [each for each in found if each != found[0]] == []
    assert len(found[0]["contacts"]) == 4
    assert found[0]["events"][0]["id"] == "1"


def test_a_database_in_a_file_is_served_again_in_test_mode_alone(tmp_path: Path) -> None:
    """With its contents; a seed fills a new database only."""
    (tmp_path / "seed.json").write_text(json.dumps({"contacts": [{"phone": PHONE}], "opt_outs": [OTHER]}))
    arguments = ("--test", "--database", "sqlite:///tests.db", "--seed", "seed.json")
    pair = {"NUMBERKEEP_API_KEY": "key", "NUMBERKEEP_API_SECRET": "a-secret-of-some-length-0123456789"}
    headers = {"sb-api-key-id": "key", "sb-api-secret-key": pair["NUMBERKEEP_API_SECRET"]}
    for _ in range(2):
        with (
            serving(tmp_path, *arguments, **pair) as service,
            httpx2.Client(base_url=service.url, timeout=PATIENCE) as client,
        ):
            client.headers.update(headers)
            assert [each["phone"] for each in done(client.get(CONTACTS))] == [PHONE]
            create(client, OTHER)
            done(client.delete(f"{CONTACTS}/{OTHER}"))
            service.stop()
    refused = run("serve", "--database", "sqlite:///tests.db", cwd=tmp_path)
    assert refused.returncode == 1
    assert "was made by --test" in refused.stderr


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            json.dumps({"contacts": [{"phone": PHONE}, {"phone": "12"}, {"nane": PHONE}]}),
            "`contacts[1].phone` is not a phone number, `contacts[2].nane` is not a field of the API",
        ),
        ('{"numberkeep_snapshot": 7}', "version 7"),
        ("contacts", "must be a JSON object"),
    ],
)
def test_a_seed_file_that_is_not_valid_ends_the_start(tmp_path: Path, content: str, reason: str) -> None:
    """Before it listens; a file that is corrected can be tried on the same database."""
    (tmp_path / "seed.json").write_text(content)
    arguments = ("--test", "--database", "sqlite:///tests.db", "--seed", "seed.json")
    refused = run("serve", *arguments, cwd=tmp_path)
    assert refused.returncode == 1
    assert reason in refused.stderr
    (tmp_path / "seed.json").write_text(json.dumps({"contacts": [{"phone": PHONE}]}))
    with serving(tmp_path, *arguments) as service:
        service.read_export()
        with service.wire() as default:
            assert [each["phone"] for each in done(default.get(CONTACTS))] == [PHONE]


def test_a_seed_is_refused_without_test_mode(tmp_path: Path) -> None:
    """Only test mode fills databases."""
    (tmp_path / "seed.json").write_text("{}")
    refused = run("serve", "--seed", "seed.json", cwd=tmp_path)
    assert refused.returncode == 2
    assert "give --test too" in refused.stderr


def test_state_is_the_same_on_postgresql(tmp_path: Path, postgres_url: str, wire: httpx2.Client) -> None:
    """A snapshot of one engine is for the other too."""
    create(wire, PHONE, first_name="Ada", tags=["vip"])
    done(wire.post(f"{CONTACTS}/verify", json={"number": PHONE}))
    until_type(wire, "message.updated")
    state, before = done(wire.get(f"{CONTROL}/snapshot")), everything(wire)
    for _ in range(2):
        with serving(tmp_path, "--test", "--database", postgres_url) as service, new_account(service.url) as other:
            control(other, "restore", **state)
            assert everything(other) == before
            assert done(other.get(f"{CONTROL}/snapshot")) == state
            control(other, "reset", deterministic=True)
            assert done(other.get(CONTACTS)) == []
            done(other.delete(f"{CONTROL}/account"))
            assert other.get(CONTACTS).status_code == 401
