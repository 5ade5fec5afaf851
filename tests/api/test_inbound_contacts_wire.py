"""The effects of incoming messages on contacts, seen through the API."""

import httpx2
import pytest

from support.api import CONTACTS, Service
from support.inbound import INBOUND

PHONE = "+14155552671"
OTHER = "+14155550002"


async def listed(wire: httpx2.AsyncClient, **where: str) -> list[str]:
    """Return the numbers of the contacts that match a filter, oldest first."""
    answer = await wire.get(CONTACTS, params={**where, "order_direction": "asc"})
    return [contact["phone"] for contact in answer.json()]


@pytest.fixture(autouse=True)
async def people(wire: httpx2.AsyncClient) -> None:
    """Return two contacts."""
    await wire.post(f"{CONTACTS}/bulk", json={"contacts": [{"phone": PHONE}, {"phone": OTHER}]})


async def test_a_reply_verifies_only_its_sender(wire: httpx2.AsyncClient) -> None:
    """`verified` shows on the contact and in the filter; a message without a request does not verify."""
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    for number in (OTHER, PHONE):
        await wire.post(INBOUND, json={"from": number, "content": "yes"})
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]["verified"] is True
    assert await listed(wire, verified="true") == [PHONE]
    assert await listed(wire, verified="false") == [OTHER]
    assert (await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})).json() == {"status": "OK"}
    assert len((await wire.get("/_numberkeep/messages")).json()) == 3, "a verified contact is not asked again"


@pytest.mark.parametrize(
    "word",
    [
        "STOP",
        "stop",
        "Quit",
        "END",
        "revoke",
        "OPT OUT",
        " opt  out ",
        "Cancel",
        "unsubscribe\n",
        "\tStop ",
        "Stop.",
        "STOPALL",
    ],
)
async def test_an_opt_out_word_opts_out(wire: httpx2.AsyncClient, word: str) -> None:
    """As the whole message, in any case and with any blanks; it shows on the contact and in the filter."""
    answer = (await wire.post(INBOUND, json={"from": PHONE, "content": word})).json()
    assert (answer["opted_out"], answer["verified"]) == (True, False)
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]["opt_out"] is True
    assert await listed(wire, opt_out="true") == [PHONE]
    assert await listed(wire, opt_out="false") == [OTHER]


@pytest.mark.parametrize("words", ["Please stop", "No", "WRONG NUMBER", "non-stop fun", "don't stop", "HELP", "info?"])
async def test_an_ambiguous_reply_neither_opts_out_nor_verifies(wire: httpx2.AsyncClient, words: str) -> None:
    """Nor does a request for help: the verification stays pending until a clear reply."""
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    answer = (await wire.post(INBOUND, json={"from": PHONE, "content": words})).json()
    assert (answer["opted_out"], answer["verified"]) == (None, False)
    assert await listed(wire, opt_out="true") == []
    assert (await wire.post(INBOUND, json={"from": PHONE, "content": "yes"})).json()["verified"] is True


async def test_start_opts_in_again(wire: httpx2.AsyncClient) -> None:
    """After STOP and START the contact is as before, and can be asked."""
    await wire.post(INBOUND, json={"from": PHONE, "content": "STOP"})
    assert (await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})).status_code == 409
    assert (await wire.post(INBOUND, json={"from": PHONE, "content": "start"})).json()["opted_out"] is False
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]["opt_out"] is False
    assert (await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})).status_code == 200


async def test_a_stop_does_not_verify(service: Service, wire: httpx2.AsyncClient) -> None:
    """It ends the verification: later replies, opted in again or not, do not verify."""
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    service.clock.pass_seconds(1)
    assert (await wire.post(INBOUND, json={"from": PHONE, "content": "STOP"})).json()["verified"] is False
    for word in ("yes", "START", "yes"):
        assert (await wire.post(INBOUND, json={"from": PHONE, "content": word})).json()["verified"] is False
    assert await listed(wire, verified="true") == []


async def test_an_opt_out_outlives_the_contact(wire: httpx2.AsyncClient) -> None:
    """It belongs to the number: a re-created contact is opted out, also in bulk, and nothing is sent to it."""
    await wire.post(INBOUND, json={"from": PHONE, "content": "STOP"})
    await wire.delete(f"{CONTACTS}/{PHONE}")
    assert (await wire.post(CONTACTS, json={"number": PHONE})).json()["contact"]["opt_out"] is True
    await wire.request("DELETE", CONTACTS, json={"contact_ids": [PHONE]})
    bulk = await wire.post(f"{CONTACTS}/bulk", json={"contacts": [{"phone": PHONE}]})
    assert [contact["opt_out"] for contact in bulk.json()["contacts"]] == [True]
    answer = await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    assert (answer.status_code, answer.json()["message"]) == (409, "Recipient has opted out")


async def test_a_number_without_contact_can_opt_out(wire: httpx2.AsyncClient) -> None:
    """STOP takes effect once the number becomes a contact; messages create no contacts."""
    stranger = "+14155550009"
    await wire.post(INBOUND, json={"from": stranger, "content": "STOP"})
    assert (await wire.get(f"{CONTACTS}/{stranger}")).status_code == 404
    assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 2}
    assert (await wire.post(CONTACTS, json={"number": stranger})).json()["contact"]["opt_out"] is True


async def test_a_recreated_contact_is_not_verified_by_an_old_request(wire: httpx2.AsyncClient) -> None:
    """Deleting a contact deletes its verification."""
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    await wire.delete(f"{CONTACTS}/{PHONE}")
    await wire.post(CONTACTS, json={"number": PHONE})
    assert (await wire.post(INBOUND, json={"from": PHONE, "content": "yes"})).json()["verified"] is False
