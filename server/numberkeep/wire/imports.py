"""The shapes of imports of files."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from numberkeep.domain.limits import MAX_INTEGER, MAX_NAME, MAX_TAGS
from numberkeep.wire.events import ActorOut
from numberkeep.wire.field_types import Limit, Region, Tag, Time

ImportId = Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
Existing = Literal["update", "skip", "fill"]
Numbers = Literal["mobile", "first", "best", "each"]
Unmapped = Literal["variables", "drop"]
Encoding = Annotated[str, Meta(extra_json_schema={"format": "encoding"})]
Field = Annotated[
    str,
    Meta(
        extra_json_schema={
            "pattern": "^(phone|name|first_name|last_name|company_name|assigned_to_email|owner|sendblue_number|tags|"
            "opt_out|opt_in|status|country|calling_code|phone_label|variable|custom_variables\\.[^\\s\\u0000]{1,100}|ignore)$"
        }
    ),
]
"""What a column is used for; the service has the list."""
Task = Literal["plan", "run", "undo"]

_MOST_COLUMNS = 1000


class UploadParams(msgspec.Struct, kw_only=True):
    """The name of a file that is uploaded; the consent ledger keeps it with each opt-out."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)] = "upload"


class Upload(msgspec.Struct):
    """A file that is uploaded."""

    params: UploadParams
    content: AsyncIterator[bytes]


class ImportsParams(msgspec.Struct, kw_only=True):
    """Which page of the imports, newest first."""

    limit: Limit | None = None
    cursor: ImportId | None = None


class ByImport(msgspec.Struct):
    """The id of an import."""

    import_id: int | None


class ImportOptionsBody(msgspec.Struct, kw_only=True):
    """How a file is imported; what is left out has its default.

    `columns` says what a column is used for, by its name: `phone`, `name`, `first_name`, `last_name`, `company_name`,
    `assigned_to_email`, `sendblue_number`, `tags`, `opt_out`, `opt_in`, `status`, `country`, `calling_code`,
    `variable`, `custom_variables.LABEL` or `ignore`.
    """

    columns: Annotated[dict[str, Field], Meta(max_length=_MOST_COLUMNS)] | None = None
    unmapped: Unmapped = "variables"
    tags: Annotated[list[Tag], Meta(max_length=MAX_TAGS)] | None = None
    region: Region | None = None
    numbers: Numbers = "mobile"
    existing: Existing = "update"
    replace_tags: bool = False
    encoding: Encoding | None = None


class ImportOptions(msgspec.Struct):
    """An import, and how its file is imported."""

    import_id: int | None
    body: ImportOptionsBody


class PlanBody(msgspec.Struct, kw_only=True):
    """Whether the plan stores each difference, for GET .../differences."""

    differences: bool = False


class PlanImport(msgspec.Struct):
    """An import to plan."""

    import_id: int | None
    body: PlanBody


class UndoBody(msgspec.Struct, kw_only=True):
    """Whether the numbers that the import opted out are opted in again: an explicit call, which the ledger records."""

    lift_opt_outs: bool = False


class UndoImport(msgspec.Struct):
    """An import to undo."""

    import_id: int | None
    body: UndoBody


class CountsOut(msgspec.Struct):
    """What became of the rows of a file: `rows` is the sum of those from `created` to `rejected`."""

    rows: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    merged: int
    rejected: int
    opted_out: int
    contacts: int


class OutcomeOut(msgspec.Struct):
    """What an import did, or would do; `notes` counts what was left out, by what it is."""

    counts: CountsOut
    notes: Mapping[str, int]
    columns: Sequence[str]
    has_phones: bool


class UndoneOut(msgspec.Struct):
    """What was undone, in contacts and numbers; `left` are contacts of which something was changed since."""

    deleted: int
    restored: int
    left: int
    lifted: int
    opted_out: int


class ImportOptionsOut(msgspec.Struct):
    """How a file is imported, in the form of the options that are chosen; names of columns are in lower case."""

    columns: dict[str, str]
    unmapped: Unmapped
    tags: Sequence[str]
    region: str
    numbers: Numbers
    existing: Existing
    replace_tags: bool
    encoding: str | None


class ImportOut(msgspec.Struct, kw_only=True):
    """An import.

    `status` is `draft` (it waits to be started), `running`, `foreground` (a command at a terminal works on it), `done`
    or `failed`; `phase`, `done` and `total` say how far the `task` is; `planned` is what a run would do, and
    `has_preview` whether its samples are stored. `by` is who uploaded it, and `begun_at` when its run began, or null.
    `undoable` is whether it changed something that can still be undone, and `undo_until` how long it can be; null if
    there is no limit.
    """

    id: int
    name: str
    bytes: int
    sha256: str
    status: Literal["draft", "running", "foreground", "done", "failed"]
    created_at: Time
    updated_at: Time
    begun_at: Time | None = None
    by: ActorOut | None = None
    options: ImportOptionsOut | None = None
    task: Task | None
    phase: str
    done: int
    total: int
    planned: OutcomeOut | None
    result: OutcomeOut | None
    has_preview: bool = False
    undone: UndoneOut | None
    undoable: bool = False
    undo_until: Time | None = None
    error: str


class FileImportAnswer(msgspec.Struct):
    """An import."""

    import_: ImportOut = msgspec.field(name="import")
    status: Literal["OK"] = "OK"


class ColumnOut(msgspec.Struct):
    """A column of a file: its name, its first different values, and what it is used for.

    `field` is in the form in which it is chosen; `detected` is what it is used for unless something is chosen for it.
    """

    name: str
    field: str
    detected: str
    chosen: bool
    samples: Sequence[str]
    notes: Sequence[str]


class ColumnsAnswer(msgspec.Struct):
    """The columns of a file, from its first rows: `rows` is how many were looked at."""

    columns: Sequence[ColumnOut]
    has_phones: bool
    rows: int
    status: Literal["OK"] = "OK"


class SampleRowOut(msgspec.Struct):
    """What an import would do to a number; `further` counts the changed fields that are not among `changes`."""

    number: str
    name: str
    changes: Mapping[str, tuple[Any, Any]]
    further: int


class RejectedRowOut(msgspec.Struct):
    """A row that would be rejected, and why."""

    line: int
    field: str
    value: str
    reason: str


class PreviewAnswer(msgspec.Struct):
    """The first ten numbers of each kind that a plan found, with long texts cut; `opted_out` are of other kinds too."""

    created: Sequence[SampleRowOut]
    updated: Sequence[SampleRowOut]
    unchanged: Sequence[SampleRowOut]
    skipped: Sequence[SampleRowOut]
    opted_out: Sequence[SampleRowOut]
    rejected: Sequence[RejectedRowOut]
    status: Literal["OK"] = "OK"
