"""The parameters of an export of contacts."""

from typing import Annotated, Final, Literal

import msgspec

from numberkeep.domain.contacts.contact import composed
from numberkeep.domain.contacts.listing import ContactFilter
from numberkeep.domain.contacts.selection import Selection
from numberkeep.domain.errors import FieldError
from numberkeep.wire.answers import invalid
from numberkeep.wire.field_types import Words
from numberkeep.wire.listing import parse_time, search_of

COUNT_HEADER: Final = "numberkeep-contacts"
"""The header with the number of contacts in an export."""


Format = Literal["csv", "vcard", "vcard4", "jsonl"]
Program = Literal["numberkeep", "google", "outlook", "hubspot"]
_Moment = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]


class Conditions(msgspec.Struct, kw_only=True):
    """Conditions, all of which contacts meet.

    `tag` and `where` (`LABEL=VALUE`, of a custom variable) may be repeated; every word of `q` must be found. `unclear`
    are contacts with a reply that waits for a decision.
    """

    tag: list[str] = []
    verified: bool | None = None
    opted_out: bool | None = None
    unclear: bool | None = None
    created_after: _Moment | None = None
    created_before: _Moment | None = None
    where: list[Annotated[str, msgspec.Meta(extra_json_schema={"pattern": "^[^=\\u0000]+=[^\\u0000]*$"})]] = []
    q: Words | None = None


class ExportParams(Conditions, kw_only=True):
    """The format of an export, whom it is for, and conditions, all of which its contacts meet.

    `tag` and `where` (`LABEL=VALUE`, of a custom variable) may be repeated; every word of `q` must be found. `unclear`
    are contacts with a reply that waits for a decision.
    """

    format: Format = "csv"
    for_: Program = msgspec.field(default="numberkeep", name="for")


def selection_of(params: Conditions) -> Selection:
    """Return which contacts the parameters mean.

    Raises:
        InvalidInput: a parameter is not valid.
    """
    after, before = params.created_after, params.created_before
    return Selection(
        ContactFilter(
            created_from=None if after is None else parse_time("created_after", after),
            created_before=None if before is None else parse_time("created_before", before),
            tags=tuple(dict.fromkeys(map(composed, params.tag))),
            verified=params.verified,
            opt_out=params.opted_out,
            unclear=params.unclear,
            search=search_of(params.q),
        ),
        _values(params.where),
    )


def _values(conditions: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for condition in conditions:
        label, equals, value = condition.partition("=")
        label = composed(label)
        if not equals or not label:
            raise invalid(FieldError("where", "must have the form LABEL=VALUE, for example Plan=gold"))
        if values.setdefault(label, value) != value:
            raise invalid(FieldError("where", f"has two values of {label}, but a contact has one: leave one out"))
    return values
