"""Seeds add contacts, opt-outs and messages: `POST /_numberkeep/test/seed`, and `serve --test --seed FILE`."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from numberkeep.domain.contacts.commands import BulkRow
from numberkeep.domain.contacts.contact import ContactPatch, micros
from numberkeep.domain.errors import FieldError, InvalidInput, InvalidRows
from numberkeep.domain.identity import Account, contact_id_at
from numberkeep.domain.limits import MAX_BULK_ROWS
from numberkeep.domain.messages.message import Direction, Message, MessageStatus
from numberkeep.domain.phone import parse_phone
from numberkeep.domain.seeding import Seed
from numberkeep.service.contacts import normalised
from numberkeep.service.context import Context
from numberkeep.service.inbound import account_named
from numberkeep.service.keys import DEFAULT_ACCOUNT
from numberkeep.service.snapshots import is_snapshot, load
from numberkeep.store.whole_account import DeleteAccount, ReplaceContents
from numberkeep.wire.answers import invalid
from numberkeep.wire.contacts import BulkRow as BulkRowBody
from numberkeep.wire.contacts import patch_of
from numberkeep.wire.decoding import Decoder
from numberkeep.wire.field_types import Content, Number, Time, Url

R = TypeVar("R")
S = TypeVar("S", bound=msgspec.Struct)

Entries = Annotated[list[Raw], Meta(max_length=MAX_BULK_ROWS)]

_decode: Final = Decoder(ignore_unknown=False).body
_STATUSES: Final = {
    None: MessageStatus.DELIVERED,
    "DELIVERED": MessageStatus.DELIVERED,
    "SENT": MessageStatus.SENT,
    "ERROR": MessageStatus.FAILED,
}
"""The statuses of outbound messages."""
_WHOLE: Final = frozenset({"body", "row"})
"""What errors call a value as a whole."""


class SeedContact(BulkRowBody, kw_only=True):
    """A contact to create or change."""

    opt_out: bool | UnsetType = UNSET
    verified: bool = False


class SeedMessage(msgspec.Struct, kw_only=True):
    """A message from the past. It is only stored: nothing is sent, and an inbound STOP opts nobody out."""

    number: Number
    is_outbound: bool
    content: Content = ""
    media_url: Url | None = None
    status: Literal["DELIVERED", "SENT", "ERROR", "RECEIVED"] | None = None
    at: Time | None = None


class SeedBody(msgspec.Struct, kw_only=True):
    """What to add to an account. Each entry is decoded by itself, so that errors name it."""

    contacts: Entries = msgspec.field(default_factory=list)
    opt_outs: Entries = msgspec.field(default_factory=list)
    messages: Entries = msgspec.field(default_factory=list)


class SeedAnswer(msgspec.Struct, kw_only=True):
    """How many entries there were."""

    contacts: int
    opt_outs: int
    messages: int
    status: Literal["OK"] = "OK"


async def fill_default(context: Context, data: bytes) -> None:
    """Fill the account `default`, which is new, from a file: a seed or a snapshot.

    Raises:
        InvalidInput: it is neither, or is not valid. The account is deleted, so that another file can be tried.
    """
    account = await account_named(context, DEFAULT_ACCOUNT)
    try:
        found = document(data)
        if is_snapshot(found):
            await context.apply(ReplaceContents(account.account_id, load(found)))
        else:
            await seed(context, account, data)
    except InvalidInput:
        await context.apply(DeleteAccount(account.account_id))
        raise


def document(data: bytes) -> Any:
    """Return a JSON document; None if it is not JSON, which decoding it into a shape reports in detail."""
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))  # Windows tools write a byte order mark
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


async def seed(context: Context, account: Account, data: bytes) -> SeedAnswer:
    """Add everything in a JSON document to an account, or nothing.

    Raises:
        InvalidInput: it is not valid; `fields` name each entry by its list and index, as in `contacts[2].phone`.
    """
    given = _decode(data, SeedBody)
    errors: list[FieldError] = []
    contacts = _each("contacts", given.contacts, lambda raw: _contact(account, raw), errors)
    opt_outs = _each("opt_outs", given.opt_outs, lambda raw: _phone(account, raw), errors)
    messages = _each("messages", given.messages, lambda raw: _message(account, raw), errors)
    _refuse(errors)
    stamp = context.stamp(max(len(contacts) + len(messages), 1))
    for place, message in enumerate(messages, start=stamp.at + len(contacts)):
        _date(message, message.at or place)
    rows = {
        phone: BulkRow(phone, patch, contact_id_at(stamp.at + index, context.node), stamp.at + index, index)
        for index, (phone, patch, _) in enumerate(contacts)
    }
    verified = [phone for phone, _, is_verified in contacts if is_verified]
    try:
        await context.apply(Seed(account.account_id, list(rows.values()), verified, opt_outs, messages, stamp))
    except InvalidRows as error:
        _refuse([_placed("contacts", each.index or 0, each) for each in error.fields])
    return SeedAnswer(contacts=len(contacts), opt_outs=len(opt_outs), messages=len(messages))


def _each(name: str, entries: Sequence[Raw], read: Callable[[bytes], R], errors: list[FieldError]) -> Sequence[R]:
    """Return each entry as `read` returns it; add what is wrong with invalid entries to `errors`."""
    found: list[R] = []
    for index, raw in enumerate(entries):
        try:
            found.append(read(bytes(raw)))
        except InvalidInput as error:
            errors += [_placed(name, index, each) for each in error.fields]
    return found


def _contact(account: Account, data: bytes) -> tuple[str, ContactPatch, bool]:
    given = _decode(data, SeedContact)
    patch = normalised(patch_of(given), account)
    if given.opt_out is not UNSET:
        patch.opt_out = given.opt_out
    number = given.phone
    return parse_phone(number if isinstance(number, str) else "", account.region, field="phone"), patch, given.verified


def _message(account: Account, data: bytes) -> Message:
    """Return a message with the message number 0, and with the time 0 if the entry has none."""
    given = _decode(data, SeedMessage)
    phone = parse_phone(given.number, account.region, field="number")
    if not given.content and not given.media_url:
        raise invalid(FieldError("content", "is required, unless there is a `media_url`"))
    at = 0 if given.at is None else micros(given.at)
    if at < 0:
        raise invalid(FieldError("at", "must not be before 1970"))
    if (given.status == "RECEIVED") is given.is_outbound and given.status is not None:
        raise invalid(FieldError("status", "must be RECEIVED if `is_outbound` is false, and only then"))
    return Message(
        0,
        phone,
        "",
        Direction.OUTBOUND if given.is_outbound else Direction.INBOUND,
        given.content,
        _STATUSES[given.status] if given.is_outbound else MessageStatus.RECEIVED,
        at,
        plain=given.is_outbound,
        media_url=given.media_url or "",
    )


def _date(message: Message, at: int) -> None:
    message.at = message.updated_at = at
    message.sent_at = 0 if message.status is MessageStatus.FAILED else at


def _phone(account: Account, data: bytes) -> str:
    number = document(data)
    if not isinstance(number, str):
        raise InvalidInput("", [FieldError("body", "must be a phone number as a string")])
    return parse_phone(number, account.region, field="body")


def _placed(name: str, index: int, error: FieldError) -> FieldError:
    """Return an error of an entry, named by the entry's place."""
    entry = f"{name}[{index}]"
    return FieldError(entry if error.field in _WHOLE else f"{entry}.{error.field}", error.message)


def _refuse(errors: Sequence[FieldError]) -> None:
    if errors:
        first = errors[0]
        end = "" if first.message.endswith("?") else "."
        raise InvalidInput(f"Nothing was seeded, because `{first.field}` {first.message}{end}", errors)
