"""Test a program with pytest. Needs `pip install 'numberkeep[testing]'` and a client; there is nothing to set up."""

from numberkeep.testing import Account
from sendblue_api import SendblueAPI

PHONE = "+14155552671"


def sign_up(number: str) -> None:
    """Ask a person to confirm a number: the program under test, which reads its environment as in production."""
    with SendblueAPI() as client:
        client.contacts.create(number=number, tags=["new"])
        client.contacts.verify(number=number)


def test_who_answers_is_verified(numberkeep: Account) -> None:
    """The fixture is an account of its own for this test: it has no contacts yet."""
    sign_up("(415) 555-2671")
    assert "confirm" in numberkeep.phone(PHONE).last_message.content
    assert numberkeep.phone(PHONE).reply("Yes").verified
    numberkeep.wait_for("verification.approved", number=PHONE)


def test_a_failing_service_is_called_again(numberkeep: Account) -> None:
    """The client retries."""
    numberkeep.faults.add("contacts.create", status=503, retry_after=0.01, times=1)
    sign_up(PHONE)
    numberkeep.assert_called("contacts.create", number=PHONE, times=2)


def test_without_an_answer_the_request_expires(numberkeep: Account) -> None:
    """A day passes at once."""
    sign_up(PHONE)
    numberkeep.clock.advance(hours=25)
    numberkeep.wait_for("verification.expired", number=PHONE)
