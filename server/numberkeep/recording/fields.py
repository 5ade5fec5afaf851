"""The table of fields: what becomes of the value of each in a recording. What it does not name is replaced."""

import re
from enum import Enum, auto
from typing import Final


class Kind(Enum):
    """What becomes of a value."""

    WORD = auto()
    """A word of the API, such as a status: it stays."""
    COUNT = auto()
    """A number that counts something: it stays."""
    PHONE = auto()
    """A phone number: the same number is always replaced by the same fictitious one."""
    TIME = auto()
    """A time: all are moved by the same number of days."""
    CONTENT = auto()
    """What people write to each other: replaced by words, unless it is a keyword such as STOP."""
    MESSAGE = auto()
    """A message of the service: words that APIs use stay, the rest is masked."""
    LABELLED = auto()
    """An object whose keys, at every depth, are written by people too."""
    LEFT_OUT = auto()
    """Not recorded."""
    TEXT = auto()
    """Anything else: every letter and digit is replaced."""


_NAMES: Final[dict[Kind, str]] = {
    Kind.WORD: "status message_type service send_style error_key type types order_by order_direction on_error "
    "direction meaning source format",
    Kind.COUNT: "count amount limit offset total index error_code version",
    Kind.PHONE: "number numbers phone phones phone_number phone_numbers from to from_number to_number sendblue_number "
    "sendblue_numbers contact_ids participants recipient recipients",
    Kind.TIME: "at now",
    Kind.CONTENT: "content text wording",
    Kind.MESSAGE: "message error error_message error_detail errors detail details warning warnings field reason hint",
    Kind.LABELLED: "custom_variables variables custom_fields metadata attributes labels",
    Kind.LEFT_OUT: "request_id",
}
_KINDS: Final = {name: kind for kind, names in _NAMES.items() for name in names.split()}

_time = re.compile(r"\w+_(?:at|gte|lte)|date_(?:sent|updated|created)").fullmatch
_hump = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_field = re.compile(r"[a-z]+(?:_[a-z]+|[A-Z][a-z]*)*_?\d{0,2}", re.ASCII).fullmatch
_LONGEST: Final = 40
_id = re.compile(r"(?:\w+_)?(?:id|cid|handle|cursor|hash)|account_email").fullmatch


def snake_case(name: str) -> str:
    """Return the snake_case form of a field's name: older versions of the API write some in camelCase."""
    return _hump.sub("_", name).lower()


def kind_of(name: str) -> Kind:
    """Return what becomes of the values of a field or parameter."""
    name = snake_case(name)
    return _KINDS.get(name) or (Kind.TIME if _time(name) else Kind.TEXT)


def is_id(name: str) -> bool:
    """Return whether the values of a field are made by the service, so that no two services have the same."""
    return _id(snake_case(name)) is not None


def is_field_name(key: str) -> bool:
    """Return whether a key of an object looks like the name of a field, and not like data."""
    return len(key) <= _LONGEST and _field(key) is not None
