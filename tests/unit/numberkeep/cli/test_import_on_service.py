"""Watching an import in a service, in this process, against simulated failures of the service."""

import asyncio
from datetime import UTC, datetime

import httpx2
import msgspec
import pytest

from numberkeep.cli import import_on_service
from numberkeep.cli.import_on_service import undo_on_service
from numberkeep.cli.on_service import Refused
from numberkeep.cli.progress import Progress
from numberkeep.domain.contacts.undoing import Undone
from numberkeep.wire.imports import FileImportAnswer, ImportOut, UndoneOut
from support.receiver import answer, receiving

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUNNING = ImportOut(
    id=1,
    name="contacts.csv",
    bytes=3,
    sha256="",
    status="running",
    created_at=NOW,
    updated_at=NOW,
    task="undo",
    phase="",
    done=0,
    total=0,
    planned=None,
    result=None,
    undone=None,
    error="",
)
DONE = msgspec.structs.replace(RUNNING, status="done", task=None, undone=UndoneOut(2, 0, 0, 0, 0))


def shown(job: ImportOut) -> bytes:
    """Return the answer that shows an import."""
    return answer(200, msgspec.json.encode(FileImportAnswer(job)))


async def undo(port: int) -> Undone:
    """Undo import 1."""
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
        return await asyncio.to_thread(undo_on_service, client, 1, Progress(), lift_opt_outs=False)


async def test_it_waits_for_a_service_that_is_away_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if a proxy answers for it, or it is asked too often."""
    monkeypatch.setattr(import_on_service, "_LOOK_SECONDS", 0.01)
    away = [answer(status) for status in (503, 429, 502, 504)]
    async with receiving(shown(RUNNING), *away, shown(RUNNING), *away, shown(DONE)) as receiver:
        assert (await undo(receiver.port)).deleted == 2


@pytest.mark.parametrize(("status", "seconds"), [(503, 0.0), (401, 60.0), (404, 60.0), (500, 60.0)])
async def test_it_does_not_wait_longer_than_that(monkeypatch: pytest.MonkeyPatch, status: int, seconds: float) -> None:
    """And not at all for what does not change by itself."""
    monkeypatch.setattr(import_on_service, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(import_on_service, "_AWAY_SECONDS", seconds)
    async with receiving(shown(RUNNING), answer(status)) as receiver:
        with pytest.raises(Refused) as refused:
            await undo(receiver.port)
    assert refused.value.status == status
