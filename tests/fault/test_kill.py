"""kill -9 at any moment, while sixteen clients write."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from fault.checks import check, until
from fault.engines import Engine, postgres, sqlite, wire_to
from fault.noting import noting
from fault.writers import WRITERS, Writer
from support.process import PATIENCE, Serving

_WORKER_CAN_BE_FOUND: Final = sys.platform == "linux"


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Return each engine, with an empty database."""
    if request.param == "sqlite":
        return sqlite(tmp_path)
    return postgres(tmp_path, request.getfixturevalue("durable_postgres"))


def kill_one_way_or_another(running: Serving, chance: random.Random) -> None:
    """Kill the whole service, or sometimes only its worker; then the supervisor's exit code says so."""
    if _WORKER_CAN_BE_FOUND and chance.random() < 0.2:
        os.kill(running.worker, signal.SIGKILL)
        assert running.process.wait(PATIENCE) == 1
    else:
        running.kill()


async def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(engine: Engine, rounds: int, seed: int) -> None:
    """Whenever the service is killed, it restarts with every acknowledged write and no partial one.

    The state of each writer's numbers is the last acknowledged one, or the result of the one request whose answer had
    not arrived; a bulk request is complete or absent. A POST that is repeated with its idempotency key has one effect.
    Counts, listings by tag, messages and the engine's own check agree. The database is reused from round to round, and
    some services are killed while they start on what another left behind.
    """
    chance = random.Random(seed)
    writers = [Writer(number, chance.getrandbits(64)) for number in range(WRITERS)]
    pending: Counter[bool | None] = Counter()
    since = datetime.now(UTC)
    for round_ in range(rounds + 1):
        with noting(f"round {round_}; again: --fault-seed {seed}"), engine.serving() as running:
            async with wire_to(running) as wire:
                pending += await check(wire, writers, since)
            engine.examine()
            if round_ == rounds:
                break
            since = datetime.now(UTC)
            async with asyncio.TaskGroup() as group:
                for writer in writers:
                    group.create_task(writer.run(wire_to(running)))
                await until(lambda: sum(writer.acknowledged for writer in writers), chance.randrange(120))
                await asyncio.sleep(chance.uniform(0, 0.01))
                kill_one_way_or_another(running, chance)
            if chance.random() < 0.25:
                engine.kill_while_starting(chance.uniform(0.1, 0.5))
    assert sum(writer.acknowledged for writer in writers) > rounds * WRITERS, "the writers hardly wrote"
    assert sum(writer.refused for writer in writers) == 0
    assert pending.total() > rounds
