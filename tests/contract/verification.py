"""Verification requests and the messages that they enqueue."""

import pytest

from numberkeep.domain.errors import ContactNotFound, RecipientOptedOut, VerificationTooSoon
from numberkeep.domain.messages.message import Direction, Message, MessageStatus
from numberkeep.store.queries import ListMessages
from support.store import PHONE, SECOND, START, AccountDriver, phone


class VerificationContract:
    """RequestVerification and `Store.messages`."""

    async def test_a_request_enqueues_a_message(self, ours: AccountDriver) -> None:
        """The message has the request's text and time and the contact's line; the contact is not verified by it."""
        await ours.create(PHONE, sendblue_number="+14155550100")
        assert await ours.request_verification(PHONE, at=START + 7, text="Hello \U0001f600") is True
        text = "Hello \U0001f600"
        queued = Message(
            1, PHONE, "+14155550100", Direction.OUTBOUND, text, MessageStatus.QUEUED, START + 7, verification_id=1
        )
        assert list(await ours.store.read(ListMessages(ours.account_id, 10))) == [queued]
        contact = await ours.contact(PHONE)
        assert contact is not None
        assert contact.verified is False

    async def test_a_number_without_contact_is_refused(self, ours: AccountDriver) -> None:
        """No contact, no message."""
        with pytest.raises(ContactNotFound):
            await ours.request_verification(PHONE)
        assert list(await ours.store.read(ListMessages(ours.account_id, 10))) == []

    async def test_a_verified_contact_gets_no_message(self, ours: AccountDriver) -> None:
        """A request returns False for a verified contact."""
        await ours.create(PHONE)
        await ours.verify(PHONE)
        before = await ours.messages()
        assert await ours.request_verification(PHONE, resend_after=0) is False
        assert await ours.messages() == before

    async def test_an_opted_out_recipient_is_sent_nothing(self, ours: AccountDriver) -> None:
        """RecipientOptedOut is raised and nothing is enqueued until the recipient opts in, verified or not."""
        await ours.create(phone(2))
        await ours.verify(phone(2))
        await ours.opt_out(phone(2))
        with pytest.raises(RecipientOptedOut):
            await ours.request_verification(phone(2), resend_after=0)
        await ours.create(PHONE)
        await ours.opt_out(PHONE)
        with pytest.raises(RecipientOptedOut):
            await ours.request_verification(PHONE)
        assert [message.phone for message in await ours.messages()] == [phone(2)] * 2
        await ours.opt_out(PHONE, opted_out=False)
        assert await ours.request_verification(PHONE) is True

    @pytest.mark.parametrize(
        ("waited", "retry_after"),
        [(0, 60), (1, 60), (SECOND - 1, 60), (SECOND, 59), (59 * SECOND, 1), (60 * SECOND - 1, 1)],
    )
    async def test_a_request_too_soon_returns_the_wait(
        self, ours: AccountDriver, waited: int, retry_after: int
    ) -> None:
        """Within the interval nothing is sent; the error has the whole seconds to wait, never 0."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START)
        with pytest.raises(VerificationTooSoon) as refused:
            await ours.request_verification(PHONE, at=START + waited)
        assert refused.value.retry_after == retry_after
        assert len(await ours.store.read(ListMessages(ours.account_id, 10))) == 1

    async def test_after_the_interval_a_new_one_begins(self, ours: AccountDriver) -> None:
        """A request at the end of the interval is sent, and the next interval counts from it."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START)
        assert await ours.request_verification(PHONE, at=START + 60 * SECOND) is True
        with pytest.raises(VerificationTooSoon) as refused:
            await ours.request_verification(PHONE, at=START + 61 * SECOND)
        assert refused.value.retry_after == 59

    async def test_a_refused_request_does_not_prolong_the_interval(self, ours: AccountDriver) -> None:
        """Repeated early requests do not postpone the next message."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START)
        with pytest.raises(VerificationTooSoon):
            await ours.request_verification(PHONE, at=START + 59 * SECOND)
        assert await ours.request_verification(PHONE, at=START + 60 * SECOND) is True

    async def test_the_interval_belongs_to_the_number(self, ours: AccountDriver) -> None:
        """Deleting and re-creating a contact does not allow a second message at once."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE, at=START)
        await ours.delete(PHONE)
        await ours.create(PHONE)
        with pytest.raises(VerificationTooSoon):
            await ours.request_verification(PHONE, at=START + SECOND)

    async def test_intervals_of_two_numbers_are_independent(self, ours: AccountDriver) -> None:
        """A request for one number does not delay another."""
        for n in (1, 2):
            await ours.create(phone(n))
            assert await ours.request_verification(phone(n), at=START) is True

    async def test_messages_come_newest_first(self, ours: AccountDriver) -> None:
        """Newest first, equal times in the order of their commits, at most `limit`."""
        for n in range(5):
            await ours.create(phone(n))
            await ours.request_verification(phone(n), at=START + n // 3)
        messages = await ours.store.read(ListMessages(ours.account_id, 10))
        assert [message.phone for message in messages] == [phone(n) for n in (4, 3, 2, 1, 0)]
        assert list(await ours.store.read(ListMessages(ours.account_id, 2))) == list(messages[:2])

    async def test_messages_outlive_the_contact(self, ours: AccountDriver) -> None:
        """Messages are still listed after the contact is deleted."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        await ours.delete(PHONE)
        assert [message.phone for message in await ours.store.read(ListMessages(ours.account_id, 10))] == [PHONE]
