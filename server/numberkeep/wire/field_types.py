"""The types of fields that several shapes share, with their limits."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from numberkeep.domain.limits import (
    MAX_CONTENT,
    MAX_EMAIL,
    MAX_HANDLE,
    MAX_LABEL,
    MAX_NAME,
    MAX_PHONE_INPUT,
    MAX_SECRET,
    MAX_TAG,
    MAX_TAGS,
    MAX_URL,
    MAX_VALUE,
    MAX_VARIABLES,
    MIN_SECRET,
)
from numberkeep.domain.webhooks.types import NAMES

Time = Annotated[datetime, Meta(tz=True)]
Name = Annotated[str, Meta(max_length=MAX_NAME)]
Email = Annotated[str, Meta(max_length=MAX_EMAIL)]
Number = Annotated[str, Meta(max_length=MAX_PHONE_INPUT, extra_json_schema={"format": "phone"})]
"""A phone number as people write it."""
Sender = Annotated[str, Meta(max_length=MAX_EMAIL, extra_json_schema={"format": "sender"})]
"""Who wrote a message: a phone number as carriers write it, a short code, a sender id or an e-mail address."""
NOT_BLANK = r"^[^\u0000]*[^\s\u0000\u001c-\u001f\u0085][^\u0000]*$"
Words = Annotated[str, Meta(max_length=MAX_VALUE, extra_json_schema={"pattern": NOT_BLANK})]
"""Words to find; `domain.contacts.search.parse_search` says where."""
Tag = Annotated[str, Meta(min_length=1, max_length=MAX_TAG, extra_json_schema={"pattern": NOT_BLANK})]
Tags = Annotated[list[Tag], Meta(max_length=MAX_TAGS)]
Label = Annotated[str, Meta(min_length=1, max_length=MAX_LABEL)]
Variables = Annotated[dict[Label, Annotated[str, Meta(max_length=MAX_VALUE)] | None], Meta(max_length=MAX_VARIABLES)]
Content = Annotated[str, Meta(max_length=MAX_CONTENT)]
Handle = Annotated[str, Meta(max_length=MAX_HANDLE)]
Secret = Annotated[
    str, Meta(max_length=MAX_SECRET, extra_json_schema={"minLength": 1, "pattern": "^[!-~]([ -~]*[!-~])?$"})
]
LongSecret = Annotated[Secret, Meta(extra_json_schema={"minLength": MIN_SECRET})]
"""A new secret; its check is in domain/secret.py, because its error says more than a type's."""
Url = Annotated[str, Meta(max_length=MAX_URL, extra_json_schema={"format": "uri"})]
EventName = Annotated[str, Meta(extra_json_schema={"enum": list(NAMES)})]
"""A type of events, or a hosted name; checked in domain/webhooks/types.py, which suggests the nearest one."""
Region = Annotated[str, Meta(extra_json_schema={"pattern": "^[A-Za-z]{2}$", "format": "region"})]
Limit = Annotated[int, Meta(ge=1)]
"""How many rows to return; larger values than `MAX_PAGE` mean `MAX_PAGE`."""
