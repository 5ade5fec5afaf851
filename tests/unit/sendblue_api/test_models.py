"""What a model can do, that of a program's own among them."""

import json
import pickle
from datetime import UTC, datetime
from typing import Any

import pydantic
import pytest

from sendblue_api import BaseModel, types
from sendblue_api._fitting import lenient
from unit.sendblue_api.scripted_service import CONTACT

NUMBER = "+15551234567"


def test_models_can_be_pickled_and_compared() -> None:
    """With what the model does not know, and without loading anything before."""
    contact = types.Contact.construct(phone=NUMBER, created_at=CONTACT["created_at"], mood={"a": 1}, tags=5)
    answer = types.ContactCreateResponse(contact=contact, status="OK")
    again = pickle.loads(pickle.dumps(answer))  # noqa: S301 - our own
    assert again == answer
    assert again.contact.mood == {"a": 1}
    assert again.contact.model_fields_set == {"phone", "created_at", "mood", "tags"}
    assert contact != types.Contact(phone=NUMBER)


def test_construct_takes_anything() -> None:
    """Values of any type, read as in an answer where they fit; which count as sent can be said."""
    made = datetime(2026, 1, 2, tzinfo=UTC)
    answer: Any = types.ContactCreateResponse.construct(contact={"phone": 3, "created_at": made}, odd=object)
    assert (type(answer.contact), answer.contact.phone, answer.contact.created_at) == (types.Contact, 3, made)
    assert (answer.odd, answer.status) == (object, None)
    assert types.Contact.construct({"phone"}, phone="1", last_name="L").model_fields_set == {"phone"}


def test_to_json_is_indented_and_to_dict_says_what_was_sent() -> None:
    """`to_json` is for people, two spaces a level; both leave out what the service did not send."""
    contact = types.Contact.model_validate({"phone": NUMBER, "created_at": CONTACT["created_at"], "last_name": None})
    assert contact.to_dict() == {"phone": NUMBER, "created_at": contact.created_at, "last_name": None}
    assert contact.to_dict(exclude_none=True, mode="json") == {
        "phone": NUMBER,
        "created_at": "2026-01-02T03:04:05.678000Z",
    }
    assert contact.to_json(exclude_none=True).splitlines()[1] == '  "created_at": "2026-01-02T03:04:05.678000Z",'
    assert contact.to_json(indent=None, exclude_none=True).startswith('{"created_at":"2026')
    assert set(contact.to_dict(exclude_unset=False)) == set(types.Contact.model_fields)


class Renamed(BaseModel):
    """A model of a program's own, whose fields have other names on the wire."""

    given: str | None = pydantic.Field(alias="firstName", default=None)
    age: int = pydantic.Field(validation_alias=pydantic.AliasChoices("age", "years"), default=0)


@pytest.mark.parametrize("name", ["Ada", 5])
def test_models_with_names_of_their_own(name: object) -> None:
    """Aliases are read of sound and of odd answers alike, and `use_api_names` says which names are given back."""
    model = lenient(Renamed, {"firstName": name, "years": 3, "more": 1})
    assert (model.given, model.age, model.more) == (name, 3, 1)
    assert model.to_dict() == {"firstName": name, "age": 3, "more": 1}
    assert model.to_dict(use_api_names=False) == {"given": name, "age": 3, "more": 1}
    assert json.loads(model.to_json(use_api_names=False)) == model.to_dict(use_api_names=False)
    assert json.loads(model.to_json()) == model.to_dict()


class Family(BaseModel):
    """A model of a program's own that holds others, or none."""

    members: list[types.Contact] | None = None
    head: types.Contact | None = None


def test_what_may_be_none_is_read_in_part_too() -> None:
    """Odd data in a list or a model that is optional spoils nothing beside it."""
    family = lenient(Family, {"members": [{"phone": 5}, {"phone": "+1"}, 7], "head": {"phone": "+1", "tags": 5}})
    assert family.members == [types.Contact.construct(phone=5), types.Contact(phone="+1"), 7]
    assert (type(family.head), family.head.phone, family.head.tags) == (types.Contact, "+1", 5)


def test_warnings_can_be_had() -> None:
    """Pydantic warns of values of the wrong type when it writes them; nobody is told unless they ask."""
    contact = types.Contact.construct(phone=5)
    assert contact.to_dict() == json.loads(contact.to_json()) == {"phone": 5}
    for write in (contact.to_dict, contact.to_json):
        with pytest.warns(UserWarning, match="serialized value"):
            write(warnings=True)


def test_a_model_prints_with_its_name() -> None:
    """As the official client's does."""
    assert str(types.ContactCountResponse(count=1)) == "ContactCountResponse(count=1)"
