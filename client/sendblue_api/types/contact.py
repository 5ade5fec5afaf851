"""A contact, as the service answers it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sendblue_api._casing import CAMEL_OF, CAMELS, SNAKE_OF, SNAKES
from sendblue_api._models import BaseModel


class Contact(BaseModel):
    """One contact. Every field may be missing; a missing one is None (api-reference.md, "The nine operations").

    Attributes:
        assigned_to_email: the account member whom the contact belongs to.
        company_name: the contact's company.
        contact_id: the identity that never changes, which `contacts.list(cid=...)` filters on.
        created_at: when the contact was made, in UTC.
        custom_variables: label -> value.
        first_name: the given name.
        last_name: the family name.
        opt_out: whether the recipient asked for no more messages.
        phone: the number, in E.164.
        sendblue_number: the line that the contact is written to from, in E.164.
        tags: the contact's tags.
        verified: whether the contact has texted the line after a verification was asked for.
    """

    assigned_to_email: str | None = None
    company_name: str | None = None
    contact_id: str | None = None
    created_at: datetime | None = None
    custom_variables: dict[str, str] | None = None
    first_name: str | None = None
    last_name: str | None = None
    opt_out: bool | None = None
    phone: str | None = None
    sendblue_number: str | None = None
    tags: list[str] | None = None
    verified: bool | None = None

    def model_post_init(self, _context: Any, /) -> None:
        """Drop the camelCase duplicates, after filling from them what came in no other spelling."""
        extra, given = self.__pydantic_extra__, self.__pydantic_fields_set__
        if not extra:
            return
        if extra.keys() == CAMELS and given >= SNAKES:  # what a service sends: told apart without a look at each name
            extra.clear()
            given -= CAMELS
            return
        for name, camel in CAMEL_OF.items():
            if camel in extra:
                value = extra.pop(camel)
                given.discard(camel)
                if name not in given:
                    setattr(self, name, value)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Read a field by the name that older programs know it by."""
            return getattr(self, SNAKE_OF[name]) if name in SNAKE_OF else super().__getattr__(name)
