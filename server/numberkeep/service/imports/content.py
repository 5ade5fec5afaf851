"""What a row says of its contacts, and why it is rejected if a contact cannot have that."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from numberkeep.domain.limits import MAX_LABEL, MAX_TAG, MAX_TAGS, MAX_VALUE, MAX_VARIABLES


class Fault(Exception):
    """Why a row is rejected: the field, its value, and what is wrong with it.

    Attributes:
        opt_outs: the numbers that the row opts out all the same: an opt-out is never lost.
    """

    def __init__(self, field_name: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.opt_outs: Sequence[str] = ()
        self.field = field_name
        self.value = value
        self.reason = reason


@dataclass(slots=True)
class Content:
    """What a row says of its contacts.

    Attributes:
        texts: the contact's fields that are one text, those that are not empty.
        tags: its tags.
        variables: its custom variables, those that are not empty.
        opt_out: True if it opts out, False if it says that nobody opted out, None if it says nothing.
    """

    texts: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    opt_out: bool | None = None


def check_limits(content: Content) -> None:
    """Check the limits of tags and custom variables.

    Raises:
        Fault: there are too many, or one is too long.
    """
    _check_count("tags", len(content.tags), MAX_TAGS, "remove some")
    _check_count(
        "custom_variables", len(content.variables), MAX_VARIABLES, "leave columns out with --map COLUMN=ignore"
    )
    for tag in content.tags:
        if len(tag) > MAX_TAG:
            raise Fault("tags", tag, f"has a tag of more than {MAX_TAG} characters: shorten it")
    for label, value in content.variables.items():
        if not 1 <= len(label) <= MAX_LABEL:
            raise Fault(label, value, f"has a column name without 1 to {MAX_LABEL} characters: rename the column")
        if len(value) > MAX_VALUE:
            raise Fault(label, value, f"is longer than {MAX_VALUE} characters: shorten it, or use --map {label}=ignore")


def _check_count(name: str, count: int, limit: int, fix: str) -> None:
    if count > limit:
        raise Fault(name, "", f"are {count}, and a contact has at most {limit}: {fix}")
