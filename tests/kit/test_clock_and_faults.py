"""The clock of a service, and the faults of an account."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from numberkeep.testing import Account, ControlError, Service
from sendblue_api import APIConnectionError, InternalServerError, SendblueAPI

ADA = "+14155550100"
THEN = datetime(2030, 1, 1, tzinfo=UTC)


def test_a_frozen_clock_moves_only_when_it_is_set(numberkeep: Account) -> None:
    """Events have its time."""
    assert numberkeep.clock.freeze("2030-01-01T00:00:00Z") == THEN
    assert numberkeep.clock.advance(hours=1, minutes=1, seconds=1.5) == THEN + timedelta(seconds=3661.5)
    with SendblueAPI() as client:
        client.contacts.create(number=ADA)
    occurred = datetime.fromisoformat(numberkeep.wait_for("contact.created").occurred_at)
    assert occurred == numberkeep.clock.now == THEN + timedelta(seconds=3661.5)
    assert abs(numberkeep.clock.resume() - datetime.now(UTC)) < timedelta(hours=1)


def test_a_day_passes_at_once(numberkeep: Account) -> None:
    """Verifications expire, and can be asked for again."""
    with SendblueAPI() as client:
        client.contacts.create(number=ADA)
        client.contacts.verify(number=ADA)
        numberkeep.clock.advance(days=1, hours=1)
        numberkeep.wait_for("verification.expired", number=ADA)
        assert client.contacts.verify(number=ADA).status == "OK"


def test_the_end_of_an_account_puts_the_clock_back(numberkeep_service: Service) -> None:
    """A test does not move the time of the next one; what a session froze stays frozen."""
    with numberkeep_service.account() as account:
        account.clock.advance(days=400)
    assert abs(numberkeep_service.clock.now - datetime.now(UTC)) < timedelta(hours=1)
    session = numberkeep_service.clock
    session.freeze(THEN)
    with numberkeep_service.account() as account:
        account.clock.advance(days=1)
        account.clock.resume()
    assert session.now == THEN
    session.resume()


def test_the_clock_refuses_an_invalid_time(numberkeep: Account) -> None:
    """The message says which field is wrong."""
    with pytest.raises(ControlError, match="freeze"):
        numberkeep.clock.freeze("yesterday")


def test_a_fault_ends_with_its_block(numberkeep: Account) -> None:
    """Also if it had ended before."""
    with SendblueAPI(max_retries=0) as client:
        with numberkeep.faults.add("contacts.count", status=503, message="Later.") as fault:
            assert numberkeep.faults.list() == [fault]
            with pytest.raises(InternalServerError, match="Later"):
                client.contacts.count()
            [call] = numberkeep.assert_called("contacts.count", status=503)
            assert call.fault_id == fault.fault_id
            numberkeep.faults.clear()
        assert client.contacts.count().count == 0


def test_a_client_retries_what_is_cut_after_the_change(numberkeep: Account) -> None:
    """The contact exists although the program saw an error."""
    numberkeep.faults.add("contacts.create", "cut_after", times=1)
    with SendblueAPI(max_retries=0) as client:
        with pytest.raises(APIConnectionError):
            client.contacts.create(number=ADA)
        assert client.contacts.retrieve(ADA).contact.phone == ADA


def test_a_seed_makes_a_probability_repeatable(numberkeep: Account) -> None:
    """A share of the calls fails, the same ones in each run."""
    runs = []
    with SendblueAPI(max_retries=0) as client:
        for _ in range(2):
            with numberkeep.faults.add("contacts.count", status=500, probability=0.5, seed=1):
                for _ in range(10):
                    with suppress(InternalServerError):
                        client.contacts.count()
            runs.append([call.status for call in numberkeep.calls[-10:]])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


def test_faults_do_not_change_what_the_kit_reads(numberkeep: Account) -> None:
    """A fault of every operation is for the program under test."""
    with SendblueAPI(max_retries=0) as client:
        client.contacts.create(number=ADA)
        client.contacts.verify(number=ADA)
        numberkeep.faults.add("*", status=500, times=1)
        assert numberkeep.phone(ADA).reply("Yes").verified
        assert numberkeep.phone(ADA).last_message.content
        numberkeep.wait_for("verification.approved")
        with pytest.raises(InternalServerError):
            client.contacts.count()


def test_faults_are_the_accounts(numberkeep: Account, numberkeep_service: Service) -> None:
    """Tests that run in parallel do not share them."""
    numberkeep.faults.add("*", status=500)
    with numberkeep_service.account(), SendblueAPI(max_retries=0) as client:
        assert client.contacts.count().count == 0


def test_a_misspelled_operation_is_refused(numberkeep: Account) -> None:
    """It would never apply."""
    with pytest.raises(ControlError, match="operation"):
        numberkeep.faults.add("contact.create", status=500)
