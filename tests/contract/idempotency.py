"""Commands under an idempotency key take effect once, however often they are repeated."""

import asyncio

import pytest

from numberkeep.domain.command import ANSWERS_RETAINED, Once
from numberkeep.domain.contacts.commands import CreateContact, UpsertContacts, Upserted
from numberkeep.domain.contacts.contact import Contact, ContactPatch
from numberkeep.domain.errors import (
    AnsweredBefore,
    ContactExists,
    IdempotencyKeyReused,
    InvalidRows,
    NumberkeepError,
)
from numberkeep.domain.identity import contact_id_at
from numberkeep.domain.limits import MAX_VARIABLES
from numberkeep.domain.stamp import Stamp
from support.store import PHONE, AccountDriver, phone


def creation(account: AccountDriver, number: str = PHONE, at: int | None = None) -> CreateContact:
    """Return a command that creates a contact."""
    at = account.tick() if at is None else at
    contact_id = contact_id_at(at, account.account_id)
    return CreateContact(
        account.account_id, number, ContactPatch(), update_if_exists=False, contact_id=contact_id, stamp=Stamp(at)
    )


def once(command: CreateContact, key: str = "key", *, fingerprint: bytes = b"f", at: int = 0) -> Once[Contact]:
    """Return the command under an idempotency key; its answer is the contact's number."""
    return Once(command, key, fingerprint, lambda contact: contact.phone.encode(), at)


async def answered_before(account: AccountDriver, command: Once[Contact]) -> bytes:
    """Return the answer that a repeated command gets."""
    with pytest.raises(AnsweredBefore) as caught:
        await account.store.apply(command)
    return caught.value.answer


class IdempotencyContract:
    """Once."""

    async def test_a_repetition_gets_the_first_answer_and_does_nothing(self, ours: AccountDriver) -> None:
        """The effect happens once; every repetition gets the first answer, whatever happened to the contact since."""
        made = await ours.store.apply(once(creation(ours)))
        assert made == await ours.contact(PHONE)
        assert await answered_before(ours, once(creation(ours))) == PHONE.encode()
        await ours.delete(PHONE)
        assert await answered_before(ours, once(creation(ours))) == PHONE.encode()
        assert await ours.count() == 0

    async def test_a_key_of_another_request_is_refused(self, ours: AccountDriver) -> None:
        """A key belongs to one request: another fingerprint raises IdempotencyKeyReused and changes nothing."""
        await ours.store.apply(once(creation(ours)))
        with pytest.raises(IdempotencyKeyReused):
            await ours.store.apply(once(creation(ours, phone(1)), fingerprint=b"another"))
        assert await ours.listed() == [PHONE]

    async def test_a_refused_command_stores_no_answer(self, ours: AccountDriver) -> None:
        """A refused command may be tried again under the same key, also by another request."""
        await ours.create(PHONE)
        with pytest.raises(ContactExists):
            await ours.store.apply(once(creation(ours)))
        await ours.delete(PHONE)
        assert (await ours.store.apply(once(creation(ours), fingerprint=b"another"))).phone == PHONE

    async def test_a_key_belongs_to_its_account(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Two accounts may use the same key, each for its own request."""
        await ours.store.apply(once(creation(ours)))
        await theirs.store.apply(once(creation(theirs, phone(1)), fingerprint=b"another"))
        assert await ours.listed() == [PHONE]
        assert await theirs.listed() == [phone(1)]

    async def test_an_answer_is_retained_for_its_time(self, ours: AccountDriver) -> None:
        """Until ANSWERS_RETAINED has passed the key repeats the answer; after that it is new."""
        at = ours.tick()
        await ours.store.apply(once(creation(ours), at=at))
        await ours.delete(PHONE)
        assert await answered_before(ours, once(creation(ours), at=at + ANSWERS_RETAINED - 1)) == PHONE.encode()
        made = await ours.store.apply(once(creation(ours), fingerprint=b"another", at=at + ANSWERS_RETAINED))
        assert made == await ours.contact(PHONE)
        with pytest.raises(IdempotencyKeyReused):
            await ours.store.apply(once(creation(ours), at=at + ANSWERS_RETAINED + 1))

    async def test_parallel_repetitions_are_done_once(self, ours: AccountDriver) -> None:
        """Of many concurrent requests with one key, one is applied and all others get its answer."""
        outcomes = await asyncio.gather(
            *[ours.store.apply(once(creation(ours))) for _ in range(64)], return_exceptions=True
        )
        made = [outcome for outcome in outcomes if isinstance(outcome, Contact)]
        assert made == [await ours.contact(PHONE)]
        replays = [outcome for outcome in outcomes if isinstance(outcome, AnsweredBefore)]
        assert [replay.answer for replay in replays] == [PHONE.encode()] * 63

    async def test_many_keys_at_once_are_independent(self, ours: AccountDriver) -> None:
        """A group of commands stores the answer of each; a refused one among them stores none."""
        await ours.create(phone(7))
        commands = [once(creation(ours, phone(n)), str(n)) for n in range(20)]
        outcomes = await asyncio.gather(*[ours.store.apply(command) for command in commands], return_exceptions=True)
        refused = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, NumberkeepError)]
        assert refused == [7]
        for n in (0, 19):
            assert await answered_before(ours, once(creation(ours, phone(n)), str(n))) == phone(n).encode()
        await ours.delete(phone(7))
        await ours.store.apply(once(creation(ours, phone(7)), "7"))

    async def test_a_large_answer_comes_back_whole(self, ours: AccountDriver) -> None:
        """An answer may be any bytes of any length, zeros included."""
        answer = bytes(range(256)) * 8000
        await ours.store.apply(Once(creation(ours), "key", b"\0\xff", lambda _: answer, 0))
        assert await answered_before(ours, once(creation(ours), fingerprint=b"\0\xff")) == answer

    async def test_a_failed_bulk_request_stores_no_answer(self, ours: AccountDriver) -> None:
        """All or nothing applies to the answer too."""
        await ours.create(phone(5), custom_variables={str(n): "x" for n in range(MAX_VARIABLES)})

        def upsert(label: str) -> Once[Upserted]:
            rows = [ours.row(phone(1)), ours.row(phone(5), index=1, custom_variables={label: "x"})]
            return Once(UpsertContacts(ours.account_id, rows, Stamp(ours.now)), "key", b"f", lambda _: b"done", 0)

        with pytest.raises(InvalidRows):
            await ours.store.apply(upsert("one more"))
        assert await ours.listed() == [phone(5)]
        assert len((await ours.store.apply(upsert("1"))).contacts) == 2
        with pytest.raises(AnsweredBefore):
            await ours.store.apply(upsert("1"))
