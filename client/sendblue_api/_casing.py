"""The camelCase names of older versions of the API: the only place that knows them.

Responses have both spellings (api-reference.md, "The nine operations"), for clients of different ages. A `Contact` has
the snake_case names.
"""

from typing import Final

CAMEL_OF: Final = {
    "assigned_to_email": "assignedToEmail",
    "company_name": "companyName",
    "first_name": "firstName",
    "last_name": "lastName",
    "opt_out": "optOut",
    "sendblue_number": "sendblueNumber",
}

FIELD_OF: Final = {
    f"body_{name}_{version}": field
    for name, camel in {**CAMEL_OF, "phone_number": "phoneNumber"}.items()
    for version, field in ((1, name), (2, camel))
}
"""The official client's arguments, each with the field that it sends (client-facts.md, "Surface")."""
SNAKE_OF: Final = {camel: name for name, camel in CAMEL_OF.items()}
CAMELS: Final = frozenset(SNAKE_OF)
SNAKES: Final = frozenset(CAMEL_OF)
