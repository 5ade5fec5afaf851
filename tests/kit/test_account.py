"""An account for a test: its keys in the environment, its state, and its end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from numberkeep.testing import Account, ControlError, Service
from sendblue_api import AuthenticationError, SendblueAPI
from support.process import PATIENCE

ADA = "+14155550100"
GRACE = "+14155550101"
COUNTS = "import sendblue_api; print(sendblue_api.SendblueAPI().contacts.count().count)"


def names() -> dict[str, str]:
    """Return this process's variables for clients."""
    return {name: value for name, value in os.environ.items() if name.startswith("SENDBLUE_API_")}


def phones() -> list[str | None]:
    """Return the contacts that a client of the environment sees, in the order of their numbers."""
    with SendblueAPI() as client:
        return [contact.phone for contact in client.contacts.list(order_by="phone", order_direction="asc")]


def test_the_environment_is_set_and_restored(numberkeep_service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of a developer's shell are restored, and reach no client in the block."""
    monkeypatch.setenv("SENDBLUE_API_API_KEY", "of production")
    monkeypatch.setenv("SENDBLUE_API_CUSTOM_HEADERS", "sb-api-key-id: of production")
    monkeypatch.delenv("SENDBLUE_API_BASE_URL", raising=False)
    before = names()
    with numberkeep_service.account() as account:
        assert (
            names()
            == dict(account.environ)
            == {
                "SENDBLUE_API_BASE_URL": account.base_url,
                "SENDBLUE_API_API_KEY": account.api_key,
                "SENDBLUE_API_API_SECRET": account.api_secret,
            }
        )
        assert phones() == []
    assert names() == before


def test_accounts_do_not_see_each_other(numberkeep_service: Service) -> None:
    """The environment names the inner one until its block ends."""
    with numberkeep_service.account(), SendblueAPI() as outer, numberkeep_service.account():
        outer.contacts.create(number=ADA)
        assert phones() == []
        assert outer.contacts.count().count == 1


def test_a_subprocess_uses_the_account(numberkeep: Account) -> None:
    """It inherits the environment."""
    with SendblueAPI() as client:
        client.contacts.create(number=ADA)
    command = [sys.executable, "-c", COUNTS]
    assert subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout == "1\n"
    assert numberkeep.name.startswith("test-")


def test_the_keys_end_with_the_account(numberkeep_service: Service) -> None:
    """It is deleted with everything in it, and its name is free."""
    with numberkeep_service.account("short-lived"):
        client = SendblueAPI()
        client.contacts.create(number=ADA)
    with client, pytest.raises(AuthenticationError):
        client.contacts.count()
    with numberkeep_service.account("short-lived"):
        assert phones() == []


def test_reset_empties_the_account(numberkeep: Account) -> None:
    """Contacts, opt-outs, events, calls and faults; the keys stay."""
    with SendblueAPI() as client:
        client.contacts.create(number=ADA)
        numberkeep.phone(ADA).reply("STOP")
        numberkeep.faults.add("contacts.count", status=500)
        numberkeep.reset()
        assert client.contacts.count().count == 0
        assert [call.operation for call in numberkeep.calls] == ["contacts.count"]
        assert numberkeep.faults.list() == []
        client.contacts.create(number=ADA)
        assert client.contacts.verify(number=ADA).status == "OK"
    numberkeep.wait_for("contact.created", number=ADA)


def test_ids_and_times_are_the_same_on_request(numberkeep: Account) -> None:
    """A suite may compare whole answers with those of an earlier run."""
    made = []
    with SendblueAPI() as client:
        for _ in range(2):
            numberkeep.clock.freeze("2026-01-01T00:00:00Z")
            numberkeep.reset(deterministic=True)
            made.append((client.contacts.create(number=ADA).contact, numberkeep.wait_for("contact.created")))
        numberkeep.reset()
        client.contacts.create(number=ADA)
    assert made[0] == made[1]
    assert numberkeep.wait_for("contact.created").id != made[0][1].id


def test_a_snapshot_is_restored_as_often_as_wanted(numberkeep: Account) -> None:
    """It is JSON, so a suite may keep it in a file."""
    with SendblueAPI() as client:
        client.contacts.create(number=ADA)
        state = json.loads(json.dumps(numberkeep.snapshot()))
        for _ in range(2):
            client.contacts.create(number=GRACE)
            client.contacts.delete(ADA)
            numberkeep.restore(state)
            assert phones() == [ADA]


def test_another_account_takes_a_snapshot(numberkeep: Account, numberkeep_service: Service) -> None:
    """Tests that run in parallel can share a prepared state."""
    numberkeep.seed({"contacts": [{"phone": ADA, "first_name": "Ada"}]})
    with numberkeep_service.account() as other:
        other.restore(numberkeep.snapshot())
        assert phones() == [ADA]


def test_a_file_seeds_the_account(numberkeep: Account, tmp_path: Path) -> None:
    """Contacts, opt-outs and messages; an invalid row is named and nothing is added."""
    rows = {
        "contacts": [{"phone": ADA, "tags": ["vip"]}, {"phone": GRACE, "opt_out": True}],
        "messages": [{"number": ADA, "content": "Hello", "is_outbound": True}],
    }
    path = tmp_path / "people.json"
    path.write_text(json.dumps(rows))
    numberkeep.seed(path)
    assert phones() == [ADA, GRACE]
    assert numberkeep.phone(ADA).last_message.content == "Hello"
    with pytest.raises(ControlError, match="contacts"):
        numberkeep.seed({"contacts": [{"phone": "+14155550102"}, {"phone": "nobody"}]})
    assert phones() == [ADA, GRACE]
