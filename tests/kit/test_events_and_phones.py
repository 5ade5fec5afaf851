"""What happens in an account, and on the phones that it writes to."""

import threading
import time

import pytest

from numberkeep.testing import Account
from sendblue_api import SendblueAPI

ADA = "+14155550100"
GRACE = "+14155550101"


def test_an_event_that_has_happened_is_returned_once(numberkeep: Account) -> None:
    """A test cannot come too late; waiting again waits for the next one."""
    with SendblueAPI() as client:
        client.contacts.create(number=ADA)
        client.contacts.create(number=GRACE)
    assert numberkeep.wait_for("contact.created", number=GRACE).numbers == {GRACE}
    first = numberkeep.wait_for("contact.created")
    assert (first.type, first.data["contact"]["phone"]) == ("contact.created", ADA)
    with pytest.raises(
        AssertionError, match=r"no new contact\.created within 0\.1 s; the last events: contact"
    ) as miss:
        numberkeep.wait_for("contact.created", timeout=0.1)
    assert GRACE in str(miss.value)


def test_an_event_to_come_is_waited_for(numberkeep: Account) -> None:
    """The program under test may work in the background."""

    def later() -> None:
        time.sleep(0.2)
        with SendblueAPI() as client:
            client.contacts.create(number=ADA)

    thread = threading.Thread(target=later)
    thread.start()
    assert numberkeep.wait_for("contact.created", timeout=30).numbers == {ADA}
    thread.join()


def test_without_events_the_failure_says_so(numberkeep: Account) -> None:
    """The program under test may use another service."""
    with pytest.raises(AssertionError, match=r"no new contact\.created for \+1.* within 0\.1 s; the last events: none"):
        numberkeep.wait_for("contact.created", number=ADA, timeout=0.1)


def test_a_reply_verifies_and_opts_out(numberkeep: Account) -> None:
    """What a person answers means what it means in production."""
    phone = numberkeep.phone(ADA)
    with SendblueAPI() as client:
        client.contacts.create(number=ADA)
        client.contacts.verify(number=ADA)
        assert phone.reply("Yes, it is me").verified
        assert client.contacts.retrieve(ADA).contact.verified
    numberkeep.wait_for("verification.approved", number=ADA)
    assert phone.reply("STOP", handle="m-1").opted_out is True
    assert phone.reply("STOP", handle="m-1").duplicate
    numberkeep.wait_for("consent.opted_out", number=ADA)


def test_an_inbox_has_what_was_sent_to_the_phone(numberkeep: Account) -> None:
    """Oldest first, without replies, other phones' messages and those that failed."""
    phone = numberkeep.phone(ADA)
    with pytest.raises(AssertionError, match=rf"no message was sent to \{ADA}"):
        _ = phone.last_message
    with SendblueAPI() as client:
        for number in (ADA, GRACE):
            client.contacts.create(number=number)
        client.contacts.verify(number=ADA)
        client.post("/api/send-message", cast_to=object, body={"number": ADA, "content": "Your code is 123."})
        client.post("/api/send-message", cast_to=object, body={"number": GRACE, "content": "Not for Ada"})
    phone.reply("Yes")
    assert [message.content for message in phone.inbox][1:] == ["Your code is 123."]
    assert phone.last_message.content == "Your code is 123."
    assert phone.last_message.to_number == ADA
    with SendblueAPI() as client:
        client.post("/api/send-message", cast_to=object, body={"number": "+15005550001", "content": "Lost"})
    numberkeep.wait_for("message.updated", number="+15005550001", timeout=30)
    assert numberkeep.phone("+15005550001").inbox == []


def test_an_inbox_of_many_pages(numberkeep: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """All messages are read."""
    monkeypatch.setattr("numberkeep.testing.phone._PAGE", 2)
    rows = [{"number": ADA, "content": f"No. {count}", "is_outbound": True} for count in range(5)]
    numberkeep.seed({"messages": rows})
    assert [message.content for message in numberkeep.phone(ADA).inbox] == [row["content"] for row in rows]
