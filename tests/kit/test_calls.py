"""The journal of an account: which calls a test finds, and what a failure says."""

from typing import Any

import pytest

from numberkeep.testing import Account, Call, ControlError
from numberkeep.testing.calls import Expected, matching, miss
from sendblue_api import NotFoundError, SendblueAPI

ADA = "+14155550100"
GRACE = "+14155550101"


def call(call_id: int, operation: str = "contacts.create", **fields: Any) -> Call:
    """Return a call as the service records it."""
    given: dict[str, Any] = {
        "at": "2026-01-01T00:00:00Z",
        "method": "POST",
        "path": "/api/v2/contacts",
        "query": {},
        "headers": {},
        "body": None,
        "status": 200,
        "answer": None,
        "seconds": 0.001,
    }
    return Call(call_id=call_id, operation=operation, **{**given, **fields})


CALLS = [
    call(1, phone=ADA, body={"number": ADA, "first_name": "Ada"}),
    call(2, phone=GRACE, body={"number": GRACE, "first_name": "Grace"}, status=503, fault_id=7),
    call(3, "contacts.verify", phone=ADA, path="/api/v2/contacts/verify"),
]


def found(*, operation: str = "contacts.create", **expected: Any) -> list[int]:
    """Return the calls that are as expected."""
    return [each.call_id for each in matching(CALLS, Expected(operation, **expected))]


def test_a_call_is_found_by_any_part() -> None:
    """All given parts have to fit; a number may have separators."""
    assert found() == [1, 2]
    assert found(number=ADA) == found(number="+1 (415) 555-0100") == [1]
    assert found(status=503) == [2]
    assert found(body={"first_name": "Grace"}) == [2]
    assert found(number=ADA, body={"first_name": "Grace"}) == []
    assert found(operation="contacts.delete") == []


def test_a_miss_names_the_nearest_calls_and_what_differs() -> None:
    """The same operation first, then the fewest differences."""
    text = miss(CALLS, Expected("contacts.create", number=ADA, status=503, body={"tags": ["vip"]}))
    assert text.splitlines() == [
        (
            f"contacts.create with number='{ADA}', status=503, body={{'tags': ['vip']}} was not called. "
            "The nearest of 3 calls:"
        ),
        (
            f"  contacts.create about {GRACE}: POST /api/v2/contacts -> 503 (fault 7), but its number is {GRACE} "
            "and its body has no tags"
        ),
        f"  contacts.create about {ADA}: POST /api/v2/contacts -> 200, but its status is 200 and its body has no tags",
        (
            f"  contacts.verify about {ADA}: POST /api/v2/contacts/verify -> 200, but its operation is contacts.verify "
            "and its status is 200 and its body has no tags"
        ),
    ]


def test_a_miss_without_calls_says_so() -> None:
    """The program under test may use another service."""
    assert miss([], Expected("contacts.create")) == "contacts.create was not called: no call was made"


def test_a_value_that_differs_is_shown() -> None:
    """A wrong value is a nearer miss than another operation."""
    text = miss(CALLS, Expected("contacts.create", body={"first_name": "Edith"}))
    assert "but its first_name is 'Grace'" in text


def test_a_number_without_its_country_code_is_explained() -> None:
    """The kit does not know the account's region, so it compares numbers in E.164."""
    text = miss(CALLS, Expected("contacts.create", number="(415) 555-0100"))
    assert text.endswith("Write `number` in E.164 form, such as +14155550123.")
    assert "E.164" not in miss(CALLS, Expected("contacts.create", number="+1 415 555 0199"))


@pytest.mark.parametrize("times", [None, 0, 1])
def test_an_operation_that_does_not_exist_is_refused(numberkeep: Account, times: int | None) -> None:
    """It could never be called, so `times=0` would always hold."""
    with pytest.raises(ControlError, match=r"did you mean contacts\.create\?"):
        numberkeep.assert_called("contacts.creat", times=times)
    assert numberkeep.assert_called("none", times=0) == []


def test_calls_are_those_of_the_test(numberkeep: Account) -> None:
    """In their order, with the secret replaced, and without the kit's own."""
    with SendblueAPI() as client:
        client.contacts.create(number=ADA, first_name="Ada")
        with pytest.raises(NotFoundError):
            client.contacts.retrieve(GRACE)
    numberkeep.wait_for("contact.created")
    assert numberkeep.phone(ADA).inbox == []
    created, missing = numberkeep.calls
    assert (created.operation, created.phone, created.status) == ("contacts.create", ADA, 200)
    assert created.body == {"number": ADA, "first_name": "Ada"}
    assert created.answer["contact"]["phone"] == ADA
    assert (missing.operation, missing.phone, missing.status) == ("contacts.retrieve", GRACE, 404)
    assert missing.call_id > created.call_id
    assert numberkeep.api_secret not in str(numberkeep.calls)


def test_assert_called_returns_the_calls_or_fails(numberkeep: Account) -> None:
    """`times` counts them; 0 means that there may be none."""
    with SendblueAPI() as client:
        for _ in range(2):
            client.contacts.create(number=ADA, update_if_exists=True)
    assert [each.phone for each in numberkeep.assert_called("contacts.create", number=ADA, times=2)] == [ADA, ADA]
    assert numberkeep.assert_called("contacts.delete", times=0) == []
    with pytest.raises(AssertionError, match=r"contacts\.create was called 2 times, not 1:\n  contacts\.create about"):
        numberkeep.assert_called("contacts.create", times=1)
    with pytest.raises(AssertionError, match=rf"but its number is \{ADA}"):
        numberkeep.assert_called("contacts.create", number=GRACE)
    numberkeep.reset()
    with SendblueAPI() as client:
        client.contacts.count()
    with pytest.raises(AssertionError, match=r"contacts\.count was called once, not 2:\n"):
        numberkeep.assert_called("contacts.count", times=2)
    with pytest.raises(AssertionError, match=r"contacts\.list was not called\. The only call:\n"):
        numberkeep.assert_called("contacts.list")


def test_a_call_is_recorded_when_its_answer_arrives(numberkeep: Account) -> None:
    """A test may look at once."""
    with SendblueAPI() as client:
        for count in range(50):
            client.contacts.count()
            numberkeep.assert_called("contacts.count", times=count + 1)


def test_more_calls_than_a_page_are_all_listed(numberkeep: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read in pages."""
    monkeypatch.setattr("numberkeep.testing.account._PAGE", 3)
    with SendblueAPI() as client:
        for _ in range(7):
            client.contacts.count()
    assert len(numberkeep.calls) == 7
