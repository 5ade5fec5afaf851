"""What people look at before they run an import: the columns of its file, and the samples of its plan."""

from functools import partial
from io import BytesIO
from typing import Final

import msgspec

from numberkeep.domain.identity import Account
from numberkeep.domain.jobs.errors import JobConflict
from numberkeep.service.context import Context
from numberkeep.service.imports import jobs
from numberkeep.service.imports.file_columns import BEGINNING, FileColumns, columns_of
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.planning import Check, on_thread
from numberkeep.service.imports.record import load
from numberkeep.service.imports.samples import Samples
from numberkeep.service.imports.stored_files import NOT_STORED, UPLOAD, preview_name
from numberkeep.service.job_files import stored

_decode: Final = msgspec.json.Decoder(Samples).decode


async def columns(context: Context, account: Account, job_id: int | None) -> FileColumns:
    """Return the columns of the file of an import, as its options use them.

    Raises:
        JobNotFound: the account has no such import.
        JobConflict: its file is not stored.
        InvalidInput: it is no file of contacts.
    """
    job = await jobs.get(context, account, job_id)
    record = load(job.detail)
    file = BytesIO()
    async for part in stored(context, account.account_id, job.job_id, UPLOAD):
        file.write(part)
        if file.tell() >= BEGINNING:
            break
    if not record.digest or (record.length and not file.tell()):
        raise JobConflict(NOT_STORED)
    return await on_thread(partial(_columns, file, record.options, file.tell() >= record.length))


async def samples(context: Context, account: Account, job_id: int | None) -> Samples:
    """Return the first numbers of each kind that the last plan of an import found.

    Raises:
        JobNotFound: the account has no such import.
        JobConflict: it has no plan with these options.
    """
    job = await jobs.get(context, account, job_id)
    attempt = load(job.detail).preview
    data = b"".join([part async for part in stored(context, account.account_id, job.job_id, preview_name(attempt))])
    if not data:
        raise JobConflict(f"Import {job.job_id} has no preview with its current options: plan it again")
    return _decode(data)


def _columns(file: BytesIO, options: Options, complete: bool, check: Check) -> FileColumns:  # noqa: FBT001
    check()
    return columns_of(file, options, complete=complete)
