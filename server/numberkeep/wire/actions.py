"""The shapes of actions on many contacts."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from numberkeep.domain.limits import MAX_BULK_ROWS, MAX_INTEGER
from numberkeep.wire.exports import Conditions, Format, Program
from numberkeep.wire.field_types import Limit, Number, Tag, Time
from numberkeep.wire.imports import UndoneOut

ActionId = Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
Kind = Literal["tag", "untag", "delete", "export"]


class ActionBody(msgspec.Struct, kw_only=True):
    """What is done with contacts: with those of `numbers`, or with all that are `matching` now; `{}` matches all.

    `tag` is what `tag` adds and `untag` removes; `format` and `for` are those of the file of `export`.
    """

    action: Kind | None = None
    tag: Tag | None = None
    format: Format = "csv"
    for_: Program = msgspec.field(default="numberkeep", name="for")
    numbers: Annotated[list[Number], Meta(max_length=MAX_BULK_ROWS)] | None = None
    matching: Conditions | None = None


class ActionsParams(msgspec.Struct, kw_only=True):
    """Which page of the actions, newest first."""

    limit: Limit | None = None
    cursor: ActionId | None = None


class ByAction(msgspec.Struct):
    """The id of an action."""

    action_id: int | None


class ActionOut(msgspec.Struct, kw_only=True):
    """An action on many contacts.

    `done` of `total` says how far the `task` is. `unchanged` contacts had the tag already, or did not have it;
    `not_found` numbers have no contact, and `full` contacts cannot have another tag. `undoable` is whether it changed
    something that can still be undone, and `undo_until` how long it can be; null if there is no limit.
    """

    id: int
    action: Kind
    tag: str | None
    status: Literal["draft", "running", "foreground", "done", "failed"]
    created_at: Time
    updated_at: Time
    task: Literal["run", "undo"] | None
    done: int
    total: int
    changed: int
    unchanged: int
    not_found: int
    full: int
    undone: UndoneOut | None
    undoable: bool
    undo_until: Time | None
    error: str


class ActionAnswer(msgspec.Struct):
    """An action on many contacts."""

    action: ActionOut
    status: Literal["OK"] = "OK"
