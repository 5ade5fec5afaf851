"""Our clients against the real process, configured by the export line only."""

from pathlib import Path

import pytest

from sendblue_api import AsyncSendblueAPI, NotFoundError, SendblueAPI
from support.process import serving

PHONE = "+14155552671"


async def test_both_clients_work_with_the_export_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its three variables set, the sync and the async client need no argument."""
    with serving(tmp_path) as running:
        for name, value in running.read_export().items():
            monkeypatch.setenv(name, value)
        with SendblueAPI() as client:
            created = client.contacts.create(number=PHONE, first_name="Ada")
            assert client.contacts.verify(number=PHONE).status == "OK"
            bulk = client.contacts.bulk.create(contacts=({"phone": f"+1415556{n:04d}"} for n in range(1000)))
            assert len(bulk.contacts) == 1000
            assert client.contacts.count().count == 1001
        async with AsyncSendblueAPI() as async_client:
            assert (await async_client.contacts.retrieve(PHONE)).contact == created.contact
            await async_client.contacts.delete(PHONE)
            with pytest.raises(NotFoundError):
                await async_client.contacts.retrieve(PHONE)
