"""A contact, what may be changed about it, and how a change is applied.

These dataclasses are not frozen: a frozen one costs four times as much to build, and one is built for every contact
read. Nothing changes them after they are built.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final, Literal
from unicodedata import normalize

from numberkeep.domain.errors import FieldError, InvalidInput, ReadOnlyFields
from numberkeep.domain.limits import MAX_VARIABLES


class Unset(Enum):
    """The type of `UNSET`: a field that a change does not mention."""

    UNSET = 0


UNSET: Final = Unset.UNSET
UnsetType = Literal[Unset.UNSET]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MICROS_IN_FLOAT: Final = 2**32 * 1_000_000
"""Up to this time (the year 2106) a float of seconds is less than half a microsecond from any microsecond."""


def moment(micros: int) -> datetime:
    """Return the time `micros` microseconds after 1970-01-01T00:00:00Z."""
    if micros < _MICROS_IN_FLOAT:  # half the time of adding a timedelta, which is a fifth of a page of contacts
        return datetime.fromtimestamp(micros / 1_000_000, UTC)
    return _EPOCH + timedelta(microseconds=micros)


def micros(moment: datetime) -> int:
    """Return the microseconds from 1970-01-01T00:00:00Z to `moment`; a time without a zone is UTC."""
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


@dataclass(slots=True)
class Contact:
    """A person whom an account can reach, identified by a phone number. Unknown texts are `""`.

    Attributes:
        contact_id: immutable identity, rising with the time of creation; see `contact_id_at`.
        phone: the number in E.164 form, unique within the account.
        created_at: when it was created, UTC, to the microsecond.
        assigned_to_email: who in the account looks after the contact.
        sendblue_number: the account's own line that talks to the contact, in E.164 form.
        tags: in the order given, without duplicates; in NFC.
        custom_variables: label to value; labels in NFC.
        verified: whether the person has replied from this number to a verification message.
        opt_out: whether the recipient has opted out.
    """

    contact_id: int
    phone: str
    created_at: datetime
    first_name: str
    last_name: str
    company_name: str
    assigned_to_email: str
    sendblue_number: str
    tags: tuple[str, ...]
    custom_variables: Mapping[str, str]
    verified: bool
    opt_out: bool


@dataclass(slots=True)
class ContactRecord:
    """A contact as reads return it, with its values as they are stored, so that no answer decodes and encodes them.

    The fields are the columns of a contact, in order, and mean what they mean in Contact. `verified` and `opt_out` are
    0 or 1 if the engine has no booleans.

    Attributes:
        created_at: microseconds since 1970.
        tags: a JSON array of strings.
        custom_variables: a JSON object of strings.
    """

    contact_id: int
    phone: str
    created_at: int
    first_name: str
    last_name: str
    company_name: str
    assigned_to_email: str
    sendblue_number: str
    tags: str
    custom_variables: str
    verified: bool
    opt_out: bool


@dataclass(slots=True)
class ContactPatch:
    """The fields that a request sets on a contact; those that are `UNSET` stay as they are. `""` clears a text.

    Attributes:
        tags: replaces the tags; duplicates are dropped.
        custom_variables: merged into the existing ones; a value of `""` removes its label, None removes all.
        opt_out: whether the recipient has opted out.
    """

    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    company_name: str | UnsetType = UNSET
    assigned_to_email: str | UnsetType = UNSET
    sendblue_number: str | UnsetType = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    custom_variables: Mapping[str, str] | UnsetType | None = UNSET
    opt_out: bool | UnsetType = UNSET


@dataclass(slots=True)
class ReadOnly:
    """The values that an update repeats of fields that only the service may change; `UNSET` if it does not."""

    phone: str | UnsetType | None = UNSET
    contact_id: int | UnsetType | None = UNSET
    created_at: datetime | UnsetType | None = UNSET
    verified: bool | UnsetType | None = UNSET

    def check(self, contact: Contact) -> None:
        """Check that the values are those of `contact`.

        Raises:
            ReadOnlyFields: some are not; it names them.
        """
        wrong = [
            name
            for name in ("phone", "contact_id", "created_at", "verified")
            if (given := getattr(self, name)) is not UNSET and given != getattr(contact, name)
        ]
        if wrong:
            raise ReadOnlyFields(wrong)


def composed(text: str) -> str:
    """Return a tag or label in the form in which it is stored and compared: Unicode's NFC."""
    return text if text.isascii() else normalize("NFC", text)


def check_tags(tags: Sequence[str]) -> None:
    """Refuse blank tags.

    Raises:
        InvalidInput: naming each tag that has white space only.
    """
    if all(map(str.strip, tags)):
        return
    message = "must not be blank: remove the tag, or give it a name"
    blank = [f"tags[{place}]" for place, tag in enumerate(tags) if not tag.strip()]
    raise InvalidInput("Blank tags", [FieldError(field, message) for field in blank])


_BLANK: Final = Contact(0, "", _EPOCH, "", "", "", "", "", (), {}, verified=False, opt_out=False)


def new_contact(contact_id: int, phone: str, created_at: datetime, patch: ContactPatch, *, opt_out: bool) -> Contact:
    """Return the contact that `patch` creates; `opt_out` is the recorded consent of the recipient.

    Raises:
        InvalidInput: as for `patched`.
    """
    return _made(contact_id, phone, created_at, _BLANK, patch, opt_out)


def patched(contact: Contact, patch: ContactPatch) -> Contact:
    """Return `contact` with `patch` applied.

    Raises:
        InvalidInput: the contact would have more custom variables than `MAX_VARIABLES`.
    """
    return _made(contact.contact_id, contact.phone, contact.created_at, contact, patch, contact.opt_out)


def _made(  # noqa: PLR0917 - called for every row of a bulk request, where keywords cost a tenth
    contact_id: int,
    phone: str,
    created_at: datetime,
    was: Contact,
    patch: ContactPatch,
    opted_out: bool,  # noqa: FBT001
) -> Contact:
    return Contact(
        contact_id,
        phone,
        created_at,
        was.first_name if patch.first_name is UNSET else patch.first_name,
        was.last_name if patch.last_name is UNSET else patch.last_name,
        was.company_name if patch.company_name is UNSET else patch.company_name,
        was.assigned_to_email if patch.assigned_to_email is UNSET else patch.assigned_to_email,
        was.sendblue_number if patch.sendblue_number is UNSET else patch.sendblue_number,
        # Joined, because to look at each tag takes twice the time.
        was.tags
        if patch.tags is UNSET
        else tuple(dict.fromkeys(patch.tags if "".join(patch.tags).isascii() else map(composed, patch.tags))),
        _merged(was.custom_variables, patch.custom_variables),
        was.verified,
        opted_out if patch.opt_out is UNSET else patch.opt_out,
    )


def _merged(current: Mapping[str, str], given: Mapping[str, str] | UnsetType | None) -> Mapping[str, str]:
    if given is UNSET:
        return current
    if given is None:
        return {}
    if not "".join(given).isascii():
        given = {composed(label): value for label, value in given.items()}
    merged = {label: value for label, value in {**current, **given}.items() if value}
    if len(merged) > MAX_VARIABLES:
        message = f"a contact has at most {MAX_VARIABLES} custom variables, not {len(merged)}: remove some"
        raise InvalidInput("Too many custom variables", [FieldError("custom_variables", message)])
    return merged
