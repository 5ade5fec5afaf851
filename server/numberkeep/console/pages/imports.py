"""Imports: their list, the upload of a file, and the four steps of one import."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final

from starlette.datastructures import UploadFile

from numberkeep.console.page import Events, Page, Redirect, Reply, page
from numberkeep.console.pages.imports_form import (
    EXISTING,
    NUMBERS,
    changed_label,
    choices_for,
    is_variable,
    label_field,
    label_of,
    options_entered,
    options_in,
    shown_options,
)
from numberkeep.console.pages.imports_words import (
    by_words,
    contacts_of,
    contacts_words,
    delete_question,
    large_counts,
    notes_of,
    progress_of,
    sentence,
    short,
    size_of,
    small_counts,
    state_of,
    summary_of,
    undo_question,
    undone_lines,
)
from numberkeep.console.site import ROOT
from numberkeep.console.visit import Visit
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.jobs.errors import JobConflict, JobNotFound, TooManyUploads
from numberkeep.domain.limits import MAX_INTEGER, MAX_NAME, MAX_UPLOAD_BYTES
from numberkeep.operations import imports
from numberkeep.wire.imports import (
    ByImport,
    ColumnsAnswer,
    ImportOptions,
    ImportOut,
    ImportsParams,
    PlanBody,
    PlanImport,
    PreviewAnswer,
    UndoBody,
    UndoImport,
    Upload,
    UploadParams,
)

_LIST: Final = f"{ROOT}/imports"
_PAGE: Final = 50
_MOST_COLUMNS: Final = 200
"""Columns that the form offers; further ones are used by their names."""
_LOOK_SECONDS: Final = 0.5
_FULL: Final = (
    "The files of your imports take too much space: discard those that you do not need, or wait until they are 30 days "
    "old. Nothing of this file was kept."
)
_PIECE: Final = 256 * 1024
_RUNNING: Final = frozenset({"running", "foreground"})
_WORDS: Final = {
    "state_of": state_of,
    "summary_of": summary_of,
    "sentence": sentence,
    "large_counts": large_counts,
    "small_counts": small_counts,
    "notes_of": notes_of,
    "progress_of": progress_of,
    "delete_question": delete_question,
    "undo_question": undo_question,
    "undone_lines": undone_lines,
    "by_words": by_words,
    "contacts_of": contacts_of,
    "contacts_words": contacts_words,
    "size_of": size_of,
    "is_variable": is_variable,
    "label_field": label_field,
    "label_of": label_of,
    "changed_label": changed_label,
    "choices_for": choices_for,
    "shown_options": shown_options,
    "EXISTING": EXISTING,
    "NUMBERS": NUMBERS,
}


@page("GET", "/imports")
async def list_imports(visit: Visit) -> Reply:
    """Show the imports, newest first."""
    text = visit.query.get("cursor", "")
    cursor = int(text) if text.isdecimal() and int(text[:19]) <= MAX_INTEGER else None
    found = await visit.call(imports.list_imports, ImportsParams(limit=_PAGE, cursor=cursor))
    data = _WORDS | {"imports": found.items, "cursor": found.cursor, "is_first": cursor is None}
    return Page("imports/list.html", data, title="Imports", section="imports")


@page("GET", "/imports/new", changes=True)
async def new_import(visit: Visit) -> Reply:  # noqa: ARG001 - every page is a function of a visit
    """Show the first step: choose a file."""
    return _new()


@page("POST", "/imports", changes=True, is_upload=True)
async def upload(visit: Visit) -> Reply:
    """Upload a file, and go to its columns."""
    file = (await visit.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _new("Choose a file first.", status=400)
    name = file.filename.replace("\\", "/").rpartition("/")[2].replace("\0", "").strip()
    given = Upload(UploadParams(name=name[:MAX_NAME] or "upload"), _pieces(file))
    try:
        job = (await visit.call(imports.create, given)).import_
    except InvalidInput as error:
        return _new(sentence(error), status=400)
    except TooManyUploads:
        return _new(_FULL, status=400)
    try:
        await visit.call(imports.columns, ByImport(job.id))
    except InvalidInput as error:
        await visit.call(imports.delete, ByImport(job.id))
        return _new(f"{sentence(error)} Nothing of {short(name)} was kept.", status=400)
    return Redirect(f"{_LIST}/{job.id}")


@page("GET", "/imports/{import_id:int}")
async def show(visit: Visit) -> Reply:
    """Show the steps of an import."""
    return await _steps(visit)


@page("POST", "/imports/{import_id:int}/preview", changes=True)
async def preview(visit: Visit) -> Reply:
    """Choose the columns and options, and start the preview."""
    form = {name: text for name, text in (await visit.form()).items() if isinstance(text, str)}
    import_id = visit.path["import_id"]
    try:
        await visit.call(imports.choose, ImportOptions(import_id, options_in(form)))
        await visit.call(imports.plan, PlanImport(import_id, PlanBody()))
    except (InvalidInput, JobConflict) as error:
        return await _steps(visit, sentence(error), entered=form)
    return Redirect(f"{_LIST}/{import_id}")


@page("POST", "/imports/{import_id:int}/run", changes=True)
async def run(visit: Visit) -> Reply:
    """Start the import, or continue one that failed."""
    given, shown = ByImport(visit.path["import_id"]), (await visit.form()).get("shown")
    job = (await visit.call(imports.retrieve, given)).import_
    if shown is not None and shown != job.updated_at.isoformat():
        return await _steps(visit, "This import was changed in another window: look at the preview again.")
    try:
        await visit.call(imports.run, given)
    except JobConflict as error:
        return await _steps(visit, sentence(error))
    return Redirect(f"{_LIST}/{visit.path['import_id']}")


@page("POST", "/imports/{import_id:int}/undo", changes=True)
async def undo(visit: Visit) -> Reply:
    """Start to undo the import."""
    lift = (await visit.form()).get("lift_opt_outs") == "yes"
    try:
        await visit.call(imports.undo, UndoImport(visit.path["import_id"], UndoBody(lift_opt_outs=lift)))
    except JobConflict as error:
        return await _steps(visit, sentence(error))
    return Redirect(f"{_LIST}/{visit.path['import_id']}")


@page("POST", "/imports/{import_id:int}/delete", changes=True)
async def delete(visit: Visit) -> Reply:
    """Delete the import with its file."""
    try:
        await visit.call(imports.delete, ByImport(visit.path["import_id"]))
    except JobConflict as error:
        return await _steps(visit, sentence(error))
    visit.flash("Import deleted. Contacts stay as they are.")
    return Redirect(_LIST)


@page("GET", "/imports/{import_id:int}/rejects")
async def rejects(visit: Visit) -> Reply:
    """Download the rejected rows."""
    return await visit.call(imports.rejects, ByImport(visit.path["import_id"]))


@page("GET", "/imports/{import_id:int}/events")
async def events(visit: Visit) -> Reply:
    """Notify of progress."""
    given = ByImport(visit.path["import_id"])
    job = (await visit.call(imports.retrieve, given)).import_

    async def changed() -> AsyncGenerator[str, None]:
        now = job
        if now.status not in _RUNNING:  # it has ended since the page was made
            yield "steps"
        while now.status in _RUNNING:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                before, now = now, (await visit.call(imports.retrieve, given)).import_
            except JobNotFound:  # discarded; the page then says so
                yield "steps"
                return
            if now.status not in _RUNNING:
                yield "steps"
            elif (now.phase, now.done, now.total) != (before.phase, before.done, before.total):
                yield "progress"

    return Events(changed())


ROUTES: Final = (list_imports, new_import, upload, show, preview, run, undo, delete, rejects, events)


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while data := await file.read(_PIECE):
        yield data


def _new(error: str = "", *, status: int = 200) -> Page:
    data = {"error": error, "most_mb": MAX_UPLOAD_BYTES >> 20}
    return Page("imports/new.html", data, title="Import contacts", section="imports", status=status)


async def _steps(visit: Visit, error: str = "", *, entered: dict[str, str] | None = None) -> Page:
    """Return the page of an import, with what went wrong and what was entered, if that was refused."""
    given = ByImport(visit.path["import_id"])
    job = (await visit.call(imports.retrieve, given)).import_
    columns, unreadable = await _columns(visit, given, job)
    data: dict[str, Any] = _WORDS | {
        "job": job,
        "error": error,
        "entered": entered or {},
        "options": options_entered(entered) if entered else job.options,
        "columns": columns,
        "unreadable": unreadable,
        "most_columns": _MOST_COLUMNS,
        "samples": await _samples(visit, given, job),
        "is_running": job.status in _RUNNING,
        "has_run": job.result is not None or job.task in {"run", "undo"},
    }
    status = 400 if error else 200
    return Page("imports/steps.html", data, title=f"Import of {short(job.name)}", section="imports", status=status)


async def _columns(visit: Visit, given: ByImport, job: ImportOut) -> tuple[ColumnsAnswer | None, str]:
    """Return the columns of the file, or why they cannot be shown."""
    if not job.sha256:
        return None, ""
    try:
        return await visit.call(imports.columns, given), ""
    except (InvalidInput, JobConflict) as error:
        return None, sentence(error)


async def _samples(visit: Visit, given: ByImport, job: ImportOut) -> PreviewAnswer | None:
    if not job.has_preview:
        return None
    try:
        return await visit.call(imports.preview, given)
    except JobConflict:  # deleted after 30 days, or planned again meanwhile
        return None
