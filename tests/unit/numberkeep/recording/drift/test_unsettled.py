"""What depends on data from before the recording, or on people, is said and does not count."""

from typing import Any

from numberkeep.recording.drift.unsettled import BEFORE, EARLIER, OTHERS_BEFORE, PERSON, SORTED
from support.exchanges import CONTACTS, contact, created, differences, error, exchange, judged, reasons

ADA, BOB, EVE = "+12125550142", "+12125550143", "+12125550144"
OK = {"status": "OK"}


def retrieved(phone: str, **fields: Any) -> Any:
    """Return the exchange that reads a contact."""
    return exchange(f"GET {CONTACTS}/{phone}", 200, {"contact": contact(phone, **fields), "status": "OK"})


def counted(count: int) -> Any:
    """Return the exchange that counts contacts."""
    return exchange(f"GET {CONTACTS}/count", 200, {"count": count})


def listed(*contacts: dict[str, Any], query: str = "") -> Any:
    """Return the exchange that lists contacts."""
    return exchange(f"GET {CONTACTS}{query}", 200, [*contacts])


def updated(phone: str, **fields: Any) -> Any:
    """Return the exchange that changes a contact."""
    body = {"contact": contact(phone, **fields), "status": "OK"}
    return exchange(f"PUT {CONTACTS}/{phone}", 200, body, body=fields)


def deleted(phone: str) -> Any:
    """Return the exchange that deletes a contact."""
    return exchange(f"DELETE {CONTACTS}/{phone}", 200, OK)


def test_a_contact_from_before() -> None:
    """It cannot be read, changed, verified or deleted here, nor does creating it fail."""
    exists = exchange(f"POST {CONTACTS}", 409, error("Contact already exists"), body={"number": EVE})
    verified = exchange(f"POST {CONTACTS}/verify", 200, OK, body={"number": ADA})
    assert reasons(retrieved(ADA), updated(BOB, first_name="X"), exists, verified) == [BEFORE] * 4


def test_a_contact_that_was_deleted_is_known() -> None:
    """What it is afterwards is what the recording made of it."""
    assert differences(deleted(ADA), created(ADA), retrieved(ADA, first_name="X")) == [
        (4, "type", "body.contact.first_name"),
        (4, "type", "body.contact.firstName"),
    ]
    assert differences(deleted(ADA), retrieved(ADA)) == [(3, "status", "status")]


def test_a_contact_that_was_not_found_is_known() -> None:
    """Nothing but the recording can have created it."""
    missing = exchange(f"GET {CONTACTS}/{ADA}", 404, error("Contact not found"))
    assert differences(missing, retrieved(ADA)) == [(3, "status", "status")]


def test_fields_from_before_of_a_contact_that_is_updated_if_it_exists() -> None:
    """What the request sets must be equal all the same."""
    body = {"number": ADA, "first_name": "X", "update_if_exists": True}
    before = {"contact": contact(ADA, first_name="X", last_name="Y", tags=["old"]), "status": "OK"}
    assert set(reasons(exchange(f"POST {CONTACTS}", 200, before, body=body))) == {BEFORE}
    wrong = {"contact": contact(ADA, first_name="Z"), "status": "OK"}
    assert differences(exchange(f"POST {CONTACTS}", 200, wrong, body=body)) == [
        (2, "value", "body.contact.first_name"),
        (2, "value", "body.contact.firstName"),
    ]


def test_contacts_from_before_in_listings_and_counts() -> None:
    """Their number is known from the first listing or count; later ones must agree with it."""
    two = [contact(BOB), contact(ADA)]
    assert reasons(listed(*two), created(EVE), counted(3), listed(contact(EVE), *two)) == [
        *(BEFORE, BEFORE),
        OTHERS_BEFORE,
        *(BEFORE, BEFORE),
    ]
    assert reasons(counted(2), created(EVE), counted(3)) == [OTHERS_BEFORE] * 2
    assert differences(counted(2), created(EVE), counted(4)) == [(4, "value", "body.count")]
    assert differences(listed(), created(EVE), counted(2)) == [(4, "value", "body.count")]
    assert differences(created(EVE), counted(0)) == [(3, "value", "body.count")]


def test_a_contact_that_the_recording_made_must_be_listed() -> None:
    """On both sides."""
    assert differences(created(ADA), listed()) == [(3, "extra", f"body[{ADA}]")]
    assert differences(created(ADA), deleted(ADA), listed(contact(ADA))) == [(4, "missing", f"body[{ADA}]")]


def test_pages_depend_on_contacts_from_before() -> None:
    """And pages in the order of names on what the names were."""
    before = [created(ADA), created(EVE), listed(contact(BOB), query="?limit=1&order_direction=asc")]
    assert set(reasons(*before)) == {BEFORE, OTHERS_BEFORE}
    names = [created(ADA, first_name="A"), created(EVE, first_name="E")]
    page = listed(contact(EVE, first_name="E"), query="?limit=1&order_by=first_name&order_direction=asc")
    assert set(reasons(*names, page)) == {SORTED}


def test_how_many_were_deleted_depends_on_contacts_from_before() -> None:
    """But never more than the request names."""

    def bulk(amount: int) -> Any:
        body = {"contact_ids": [ADA, BOB]}
        return exchange(f"DELETE {CONTACTS}", 200, {"amount": amount, "status": "OK"}, body=body)

    assert reasons(created(ADA), bulk(2)) == [BEFORE]
    assert differences(created(ADA), created(BOB), bulk(1)) == [(4, "value", "body.amount")]


def test_what_people_do_is_not_recorded() -> None:
    """A reply verifies, STOP opts out; both can only be seen later."""
    refused = exchange(
        f"POST {CONTACTS}/verify", 409, error("Recipient has opted out"), body={"number": ADA}, x_should_retry="false"
    )
    assert reasons(created(ADA), retrieved(ADA, verified=True)) == [PERSON]
    assert reasons(created(ADA), retrieved(ADA, opt_out=True), refused) == [PERSON] * 3


def test_what_a_request_says_of_opting_out_must_be_equal() -> None:
    """It is no person's doing."""
    answer = {"number": ADA, "opted_out": True, "status": "OK"}
    body = {"number": ADA, "opted_out": False}
    assert differences(exchange(f"POST {CONTACTS}/opt-out", 200, answer, body=body)) == [(2, "value", "body.opted_out")]


def test_a_verification_from_before() -> None:
    """The first verify of the recording may come too soon after it."""
    too_soon = exchange(
        f"POST {CONTACTS}/verify", 429, error("wait"), body={"number": ADA}, retry_after="9", x_should_retry="false"
    )
    assert reasons(created(ADA), too_soon) == [EARLIER]


def test_what_is_not_repeated_is_said() -> None:
    """A temporary failure, and a body that was left out."""
    broken = exchange(f"POST {CONTACTS}", 400, error("no JSON"))
    broken.request.left_out = "it is not JSON"
    unread = exchange(f"GET {CONTACTS}", 200)
    unread.answer.left_out = "it is too large"
    assert reasons(unread) == ["the body of the answer is not recorded: it is too large"]
    found = judged(exchange(f"GET {CONTACTS}", 503, error("later")), exchange(f"GET {CONTACTS}", 429), broken)
    assert [each.skipped for each in found] == [
        "the recorded service failed temporarily (status 503)",
        "the recorded service failed temporarily (status 429)",
        "the body of the request is not recorded: it is not JSON",
    ]
