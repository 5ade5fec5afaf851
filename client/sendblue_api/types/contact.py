"""The model of a contact."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sendblue_api._casing import CAMEL_OF, CAMELS, SNAKE_OF, SNAKES
from sendblue_api._models import BaseModel


class Contact(BaseModel):
    """One contact. Every field may be missing; a missing one is None (api-reference.md, "The nine operations").

    Attributes:
        assigned_to_email: the email address of the account member that the contact is assigned to.
        company_name: the company.
        contact_id: the ID, which never changes; `contacts.list(cid=...)` filters by it.
        created_at: when the contact was created, in UTC.
        custom_variables: labels and their values.
        first_name: the first name.
        last_name: the last name.
        opt_out: whether the recipient has opted out of messages.
        phone: the phone number, in E.164 format.
        sendblue_number: the line that sends messages to the contact, in E.164 format.
        tags: the tags.
        verified: whether the recipient has texted the line after a verification message.
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
        """Drop the camelCase duplicates of fields, and set the fields that only came in camelCase."""
        extra, given = self.__pydantic_extra__, self.__pydantic_fields_set__
        if not extra:
            return
        if extra.keys() == CAMELS and given >= SNAKES:  # the usual response, recognized without checking each name
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
            """Return a field by its camelCase name, for older programs."""
            return getattr(self, SNAKE_OF[name]) if name in SNAKE_OF else super().__getattr__(name)
