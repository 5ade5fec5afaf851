"""The shapes of adding a tag to contacts and removing it."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from numberkeep.domain.contacts.tagging import Tagged
from numberkeep.domain.limits import MAX_BULK_ROWS
from numberkeep.wire.field_types import Number, Tag


class TagBody(msgspec.Struct, kw_only=True):
    """A tag, the numbers of the contacts that get it, and whether it is removed from them instead."""

    tag: Tag | None = None
    numbers: Annotated[list[Number], Meta(min_length=1, max_length=MAX_BULK_ROWS)] | None = None
    remove: bool = False


class TagAnswer(msgspec.Struct):
    """How many contacts changed and how many did not.

    `not_found` has the indexes of numbers that no contact has, `full` those of contacts that may have no further tag.
    """

    changed: int
    unchanged: int
    not_found: Sequence[int]
    full: Sequence[int]
    status: Literal["OK"] = "OK"


def tag_answer(tagged: Tagged) -> TagAnswer:
    """Return the answer for what became of a list of numbers."""
    return TagAnswer(tagged.changed, tagged.unchanged, tagged.not_found, tagged.full)
