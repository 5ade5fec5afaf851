"""What `numberkeep doctor` finds out about an account."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from numberkeep.domain.identity import Account
from numberkeep.domain.outbox.errors import DeliveryFailed, NetworkRefused
from numberkeep.service import doctor, webhooks
from numberkeep.service.context import Context
from numberkeep.store.space import MB, Room, Space
from numberkeep.store.sqlite import measure


class Checker:
    """Knows what is wrong with some URLs."""

    def __init__(self, **faults: Exception) -> None:
        self._faults = faults

    async def check(self, account: str, url: str) -> None:  # noqa: ARG002 - as outlets.TargetChecker has it
        """Raise what is wrong."""
        name = url.removeprefix("https://").partition(".")[0]
        if name in self._faults:
            raise self._faults[name]


@pytest.mark.parametrize(
    ("numbers", "region", "usual"),
    [
        ([f"+4479460000{n}" for n in range(10, 22)], "US", "GB"),
        ([f"+4479460000{n}" for n in range(10, 22)], "GB", None),
        ([f"+4479460000{n}" for n in range(10, 22)], "JE", None),
        ([f"+4479460000{n}" for n in range(10, 15)], "US", None),
        ([f"+1416555{n}" for n in range(1000, 1020)], "US", None),
        ([f"+1416555{n}" for n in range(1000, 1020)], "DE", "US"),
        ([f"+4479460000{n}" for n in range(10, 22)] + [f"+1416555{n}" for n in range(1000, 1006)], "US", None),
        ([], "US", None),
    ],
    ids=["British", "same", "same code", "few", "Canadian", "German", "mixed", "none"],
)
def test_the_region_of_most_contacts(numbers: Sequence[str], region: str, usual: str | None) -> None:
    """Reported if it has another country code, at least ten contacts have it, and four fifths of them."""
    assert doctor._other_region(numbers, region) == usual


async def test_a_new_account_has_nothing_wrong(context: Context, account: Account) -> None:
    """Nor does it need a checker."""
    found = await doctor.examine(context, account, None)
    none = doctor.Deliveries(0, 0, "")
    assert found == doctor.Findings(None, logged=False, messages=none, callbacks=none, webhooks=[], space=None)


async def test_webhooks_that_cannot_be_reached(context: Context, account: Account) -> None:
    """Each with its own reason; one that is disabled is not looked up."""
    checker = Checker(
        private=NetworkRefused("the host has a private address; allow its network by NUMBERKEEP_ALLOWED_NETWORKS"),
        gone=DeliveryFailed("the host's name does not resolve"),
    )
    for name in ("good", "private", "gone"):
        await webhooks.create(context, Checker(), account, f"https://{name}.example/", types=(), secret=None)
    found = await doctor.examine(context, account, checker)
    assert [each.fault.partition(";")[0] for each in found.webhooks] == [
        "",
        "the host has a private address",
        "the host's name does not resolve",
    ]
    unchecked = await doctor.examine(context, account, None)
    assert [each.fault for each in unchecked.webhooks] == [""] * 3


def test_the_room_of_a_database(tmp_path: Path) -> None:
    """Its size includes its WAL; the free bytes are those of the disk."""
    (tmp_path / "a.db").write_bytes(b"x" * 1000)
    (tmp_path / "a.db-wal").write_bytes(b"x" * 500)
    space = measure(tmp_path / "a.db")
    assert (space.size, space.wal) == (1500, 500)
    assert space.free > 0
    with pytest.raises(OSError, match=r"no\.db"):
        measure(tmp_path / "no.db")


@pytest.mark.parametrize(
    ("free", "size", "room"),
    [
        (99 * MB, 1, Room.FULL),
        (100 * MB, 1, Room.LOW),
        (499 * MB, 1, Room.LOW),
        (500 * MB, 1, Room.ENOUGH),
        (5_000 * MB, 5_001 * MB, Room.LOW),
        (5_001 * MB, 5_001 * MB, Room.ENOUGH),
    ],
)
def test_when_the_room_is_too_little(free: int, size: int, room: Room) -> None:
    """A database needs as much as it has, for a backup beside it, and never less than 500 MB."""
    assert Space(free=free, size=size, wal=0, temporary=0).room is room
    assert Space(free=0, size=size, wal=0, temporary=free).temporary_room is (Room.ENOUGH if free >= 500 * MB else room)


def test_when_a_wal_is_large() -> None:
    """SQLite keeps it at 65 MB."""
    assert [Space(0, 0, wal * MB, 0).wal_is_large for wal in (65, 500, 501)] == [False, False, True]
