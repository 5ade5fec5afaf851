"""What the caller gets of an answer, sound or odd."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from sendblue_api import APIResponseValidationError, APIStatusError, BaseModel, NotFoundError, types
from sendblue_api._casing import CAMEL_OF
from sendblue_api.types import contacts as bulk_types
from unit.sendblue_api.scripted_service import CONTACT, Driver, settled

NUMBER = "+15551234567"


@pytest.mark.parametrize(
    ("name", "kwargs", "answer", "kind"),
    [
        ("contacts.create", {"number": NUMBER}, {"contact": CONTACT, "status": "OK"}, types.ContactCreateResponse),
        ("contacts.count", {}, {"count": 3}, types.ContactCountResponse),
        ("contacts.verify", {"number": NUMBER}, {"status": "OK"}, types.ContactVerifyResponse),
        (
            "contacts.retrieve",
            {"phone_number": NUMBER},
            {"contact": CONTACT, "status": "OK"},
            types.ContactRetrieveResponse,
        ),
        (
            "contacts.update",
            {"phone_number": NUMBER},
            {"contact": CONTACT, "status": "OK"},
            types.ContactUpdateResponse,
        ),
        ("contacts.delete", {"phone_number": NUMBER}, {"status": "OK"}, types.ContactDeleteResponse),
        (
            "contacts.bulk.create",
            {"contacts": []},
            {"contacts": [CONTACT], "status": "OK"},
            bulk_types.BulkCreateResponse,
        ),
        ("contacts.bulk.delete", {"contact_ids": []}, {"amount": 2, "status": "OK"}, bulk_types.BulkDeleteResponse),
    ],
)
async def test_each_operation_answers_its_model(
    api: Driver, name: str, kwargs: dict[str, Any], answer: dict[str, Any], kind: type[BaseModel]
) -> None:
    """Every operation gives the model of its name, and the model gives back what the service said."""
    api.answers(httpx2.Response(200, json=answer))
    result = await api(name, **kwargs)
    assert type(result) is kind
    assert result.to_dict(mode="json") == json.loads(json.dumps(answer).replace("678Z", "678000Z"))


async def test_a_byte_order_mark_is_no_part_of_an_answer(api: Driver) -> None:
    """It is skipped in answers, in errors and in raw responses."""
    api.answers(httpx2.Response(200, content=b'\xef\xbb\xbf{"count": 3, "extra": 1}'))
    assert (await api("contacts.count")).count == 3
    assert await api("get", "/api/v2/contacts/count", cast_to=dict) == {"count": 3, "extra": 1}
    raw = await api("contacts.with_raw_response.count")
    assert await settled(raw.json) == {"count": 3, "extra": 1}
    assert (await settled(raw.parse)).count == 3
    api.answers(httpx2.Response(200, content=b'\xef\xbb\xbf{"count": "three"}'))  # decoded in part
    assert (await api("contacts.count")).count == "three"
    api.answers(httpx2.Response(404, content=b'\xef\xbb\xbf{"message": "Contact not found"}'))
    with pytest.raises(NotFoundError) as caught:
        await api("contacts.retrieve", NUMBER)
    assert caught.value.body == {"message": "Contact not found"}


async def test_a_list_is_a_list_of_contacts(api: Driver) -> None:
    """The answer of `contacts.list` is a bare array; a missing field of a contact is None."""
    api.answers(httpx2.Response(200, json=[CONTACT, {}]))
    first, second = await api("contacts.list")
    assert isinstance(first, types.Contact)
    assert first.created_at == datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    assert second == types.Contact()
    assert second.phone is None


@pytest.mark.parametrize("name", sorted(CAMEL_OF))
async def test_the_camel_case_spelling_alone_is_read(api: Driver, name: str) -> None:
    """An older service says `firstName` only: the attribute is `first_name`, with no duplicate beside it."""
    api.answers(httpx2.Response(200, json={"contact": {CAMEL_OF[name]: "value"}, "status": "OK"}))
    contact = (await api("contacts.retrieve", NUMBER)).contact
    assert getattr(contact, name) == "value"
    assert contact.to_dict() == {name: "value"}
    assert contact.model_fields_set == {name}


async def test_of_both_spellings_the_snake_case_one_counts(api: Driver) -> None:
    """Services send both; the duplicate does not clutter the contact, not even when the current one is null.

    It can still be read, for programs that do.
    """
    answer = {"first_name": None, "firstName": "Old", "last_name": "New", "lastName": "Old"}
    api.answers(httpx2.Response(200, json={"contact": answer, "status": "OK"}))
    contact = (await api("contacts.retrieve", NUMBER)).contact
    assert contact.to_dict() == {"first_name": None, "last_name": "New"}
    assert not contact.model_extra
    assert (contact.lastName, contact.firstName, contact.companyName) == ("New", None, None)
    with pytest.raises(AttributeError, match="no attribute 'middleName'"):
        _ = contact.middleName


async def test_unknown_fields_are_kept(api: Driver) -> None:
    """A field of a newer service is an attribute, on the contact and beside it."""
    api.answers(httpx2.Response(200, json={"contact": {"mood": {"a": 1}}, "status": "OK", "warnings": ["w"]}))
    answer = await api("contacts.retrieve", NUMBER)
    assert answer.contact.mood == {"a": 1}
    assert answer.warnings == ["w"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", 7),
        ("tags", "vip"),
        ("tags", ["vip", 1]),
        ("created_at", "yesterday"),
        ("created_at", 0),
        ("custom_variables", {"age": 5}),
        ("verified", "yes"),
        ("opt_out", 0),
    ],
)
async def test_a_value_of_the_wrong_type_stays_as_it_came(api: Driver, field: str, value: object) -> None:
    """One odd value neither fails the call nor is bent to its type, and the fields beside it are read as always."""
    api.answers(
        httpx2.Response(200, json=[{"firstName": "B", "created_at": CONTACT["created_at"], field: value}, CONTACT])
    )
    odd, sound = await api("contacts.list")
    assert getattr(odd, field) == value
    assert type(getattr(odd, field)) is type(value)
    assert odd.first_name == (value if field == "first_name" else "B")
    assert field == "created_at" or isinstance(odd.created_at, datetime)
    assert isinstance(sound.created_at, datetime)
    assert odd.to_dict()[field] == value


@pytest.mark.parametrize("contact", [{"tags": 5}, "gone", None, [1]])
async def test_an_odd_contact_inside_an_answer(api: Driver, contact: object) -> None:
    """What is no contact is handed on as it came; what is one in part is read in part."""
    api.answers(httpx2.Response(200, json={"contact": contact, "status": "OK"}))
    answer = await api("contacts.retrieve", NUMBER)
    assert answer.status == "OK"
    if isinstance(contact, dict):
        assert type(answer.contact) is types.Contact
        assert answer.contact.to_dict() == {"tags": 5}
    else:
        assert answer.contact == contact


async def test_an_answer_without_its_fields(api: Driver) -> None:
    """A promised field that is missing is None, and another JSON value is handed on as it came."""
    api.answers(httpx2.Response(200, json={}), httpx2.Response(200, json=["x"]))
    assert (await api("contacts.count")).count is None
    assert await api("contacts.count") == ["x"]


async def test_204_is_an_empty_text(api: Driver) -> None:
    """No content is no failure; client-facts.md, "Answers"."""
    api.answers(httpx2.Response(204))
    assert await api("contacts.delete", NUMBER) == ""


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"count":', b"\xff", b"[" * 5000])
async def test_what_is_not_json_is_said_so(api: Driver, content: bytes) -> None:
    """A proxy's page or a cut answer raises an error of ours that holds the answer, whatever breaks the reading."""
    api.answers(httpx2.Response(200, content=content, headers={"x-request-id": "r-1"}))
    with pytest.raises(APIResponseValidationError, match="not JSON") as caught:
        await api("contacts.count")
    error = caught.value
    assert (error.status_code, error.request_id) == (200, "r-1")
    assert error.response.content == content
    assert error.body == content.decode(errors="replace")


@pytest.mark.parametrize("name", ["contacts.list", "contacts.count"])
async def test_a_2xx_that_says_error_raises(api: Driver, name: str) -> None:
    """The service can answer 200 and mean no: `"status": "ERROR"` never passes as success."""
    body = {"status": "ERROR", "message": "No"}
    api.answers(httpx2.Response(200, json=body))
    with pytest.raises(APIStatusError) as caught:
        await api(name)
    assert not isinstance(caught.value, NotFoundError)
    assert caught.value.body == body
    assert str(caught.value) == f"Error code: 200 - {body}"


@pytest.mark.parametrize(
    ("name", "answer", "text"),
    [
        ("contacts.count", {"count": "3"}, "does not match ContactCountResponse"),
        ("contacts.list", [{"phone": 5}], "does not match list"),
        ("contacts.list", {}, "does not match list"),
    ],
)
async def test_strict_validation(api: Driver, name: str, answer: object, text: str) -> None:
    """With `_strict_response_validation` what does not fit is an error that holds the answer; raw answers too."""
    api.connect(_strict_response_validation=True)
    api.answers(httpx2.Response(200, json=answer))
    with pytest.raises(APIResponseValidationError, match=text) as caught:
        await api(name)
    assert caught.value.body == answer
    response = await api(name.replace("contacts", "contacts.with_raw_response"))
    with pytest.raises(APIResponseValidationError, match=text):
        await settled(response.parse)
    copy = api.client.copy(max_retries=0)
    with pytest.raises(APIResponseValidationError, match=text):
        await settled(getattr(copy.contacts, name.partition(".")[2]))
    api.answers(httpx2.Response(200, json={"status": "ERROR"}))
    with pytest.raises(APIStatusError):
        await api(name)
