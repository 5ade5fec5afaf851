"""The official client's argument names (client-facts.md, "Surface")."""

import json
from typing import Any

import pytest

from sendblue_api import omit
from sendblue_api._casing import CAMEL_OF
from unit.sendblue_api.scripted_service import Driver

NUMBER = "+15551234567"
CREATED = ["assigned_to_email", "first_name", "last_name", "sendblue_number"]
CHANGED = [*CREATED, "company_name", "opt_out"]


@pytest.mark.parametrize(
    ("call", "names"), [("contacts.create", [*CREATED, "phone_number"]), ("contacts.update", CHANGED)]
)
async def test_the_official_names_are_taken(api: Driver, call: str, names: list[str]) -> None:
    """`_1` is sent in snake_case and `_2` in camelCase, with the values as they are, and `omit` is left out."""
    camel = {**CAMEL_OF, "phone_number": "phoneNumber"}
    first = {"number": NUMBER} if call == "contacts.create" else {"phone_number": NUMBER}
    arguments: dict[str, Any] = {}
    for name in names:
        arguments |= {f"body_{name}_1": f"{name} 1", f"body_{name}_2": f"{name} 2"}
    await api(call, **first, **arguments, tags=["a"])
    expected = {name: f"{name} 1" for name in names} | {camel[name]: f"{name} 2" for name in names} | {"tags": ["a"]}
    if call == "contacts.create":
        expected["number"] = NUMBER
    assert json.loads(api.request.content) == expected
    await api(call, **first, body_first_name_1=omit, extra_body={"x": 1})
    assert "first_name" not in json.loads(api.request.content)


@pytest.mark.parametrize(
    ("call", "arguments", "text"),
    [
        ("contacts.create", {"number": NUMBER, "body_company_name_1": "E"}, "'body_company_name_1' is not an argument"),
        (
            "contacts.update",
            {"phone_number": NUMBER, "body_phone_number_1": "1"},
            "'body_phone_number_1' is not an argument",
        ),
        ("contacts.verify", {"number": NUMBER, "body_first_name_1": "A"}, "'body_first_name_1' is not an argument"),
        ("contacts.create", {"number": NUMBER, "fist_name": "A"}, "'fist_name' is not an argument"),
        ("contacts.list", {"extra_header": {}}, "'extra_header' is not an argument"),
        ("contacts.create", {"number": NUMBER, "first_name": "A", "body_first_name_1": "B"}, "set the same field"),
    ],
)
async def test_a_name_that_a_call_does_not_take_is_refused(
    api: Driver, call: str, arguments: dict[str, Any], text: str
) -> None:
    """A slip in a name is a TypeError as ever, and so is one field under two names; nothing is sent."""
    with pytest.raises(TypeError, match=text):
        await api(call, **arguments)
    assert api.service.requests == []
