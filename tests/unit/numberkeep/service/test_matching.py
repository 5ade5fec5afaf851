"""Which contacts values of custom variables find."""

import json
from collections.abc import Mapping

import pytest

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.service.matching import matcher


def contact(variables: Mapping[str, str]) -> ContactRecord:
    """Return a stored contact."""
    stored = json.dumps(variables, ensure_ascii=False)
    return ContactRecord(1, "+14155550123", 0, "", "", "", "", "", "[]", stored, verified=False, opt_out=False)


ADA = contact({"Plan": "gold", "Note": "says hi"})


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"Plan": "gold"}, True),
        ({"Plan": "Gold"}, False),
        ({"Plan": "gol"}, False),
        ({"plan": "gold"}, False),
        ({"Plan": "gold", "Note": ""}, False),
        ({"Plan": "gold", "Other": ""}, True),
        ({"Other": "gold"}, False),
    ],
)
def test_custom_variables_have_values(where: Mapping[str, str], found: bool) -> None:  # noqa: FBT001
    """Each must have the whole value; `""` is one that the contact lacks."""
    assert matcher(where)(ADA) is found


def test_values_are_compared_in_one_form() -> None:
    """A terminal may compose an accent that was stored as a character of its own."""
    assert matcher({"O\u0308rt": "Zu\u0308rich"})(contact({"Ört": "Zürich"}))
