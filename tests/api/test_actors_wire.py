"""The actor of a change, and the request that caused it."""

import httpx2
import pytest

from numberkeep.carriers.settings import Carriers
from numberkeep.domain.stamp import Actor, ActorKind, Cause, CauseKind
from numberkeep.service.context import Context
from support.api import CONTACTS, FIRST, running_service
from support.inbound import INBOUND, form, hosted, signed, signing

PHONE = "+14155552671"
TOKEN, SECRET = "twilios-token", "everybodys"
KEY = Actor(ActorKind.API_KEY, FIRST.key_id)

Acts = list[tuple[Actor, Cause | None]]


@pytest.fixture
def acts(monkeypatch: pytest.MonkeyPatch) -> Acts:
    """Return the actor and cause of each request, as they occur."""
    seen: Acts = []
    acting = Context.acting

    def noted(self: Context, actor: Actor, cause: Cause | None) -> Context:
        seen.append((actor, cause))
        return acting(self, actor, cause)

    monkeypatch.setattr(Context, "acting", noted)
    return seen


def requested(answer: httpx2.Response) -> Cause:
    """Return the cause of a request's changes."""
    return Cause(CauseKind.REQUEST, answer.headers["x-request-id"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", CONTACTS, {"number": PHONE}),
        ("PUT", f"{CONTACTS}/{PHONE}", {"first_name": "Ada"}),
        ("DELETE", f"{CONTACTS}/{PHONE}", None),
        ("POST", f"{CONTACTS}/bulk", {"contacts": [{"phone": PHONE}]}),
        ("DELETE", CONTACTS, {"contact_ids": [PHONE]}),
        ("POST", f"{CONTACTS}/opt-out", {"number": PHONE}),
        ("POST", INBOUND, {"from": PHONE, "content": "Hello"}),
        ("POST", "/_numberkeep/webhooks", {"url": "http://127.0.0.1:9/"}),
        ("POST", "/_numberkeep/webhooks/1", {"state": "enabled"}),
    ],
)
async def test_a_key_is_the_actor_of_its_changes(acts: Acts, method: str, path: str, body: object) -> None:
    """By its id; the cause is the request, whose id the caller may choose."""
    async with running_service() as service, service.wire() as wire:
        answer = await wire.request(method, path, json=body)
        chosen = await wire.request(method, path, json=body, headers={"x-request-id": "mine"})
    assert acts == [(KEY, requested(answer)), (KEY, Cause(CauseKind.REQUEST, "mine"))]
    assert requested(chosen) == acts[1][1]


async def test_carriers_are_the_actors_of_incoming_messages(acts: Acts) -> None:
    """By name, with the deployment's secret and with the account's own."""
    sent = form(PHONE)
    async with running_service(carriers=Carriers(SECRET, TOKEN)) as service, service.wire(None) as carrier:
        answers = [
            await carrier.post(INBOUND, json=hosted(PHONE), headers=signing(SECRET)),
            await carrier.post(INBOUND, data=sent, headers=signed(INBOUND, sent, TOKEN)),
        ]
        await carrier.post(INBOUND, json=hosted(PHONE, is_outbound=True), headers=signing(SECRET))
    hosted_service, twilio = (Actor(ActorKind.CARRIER, name) for name in ("hosted", "twilio"))
    assert acts == [(hosted_service, requested(answers[0])), (twilio, requested(answers[1]))]


@pytest.mark.parametrize(
    "path",
    [
        CONTACTS,
        f"{CONTACTS}/count",
        f"{CONTACTS}/{PHONE}",
        "/_numberkeep/messages",
        "/_numberkeep/webhooks",
        "/_numberkeep/deliveries",
        "/_numberkeep/doctor",
        "/_numberkeep/consent/verify",
        "/health/ready",
    ],
)
async def test_a_read_has_no_actor(acts: Acts, path: str) -> None:
    """A GET does not create a context of its own."""
    async with running_service() as service, service.wire() as wire:
        await wire.get(path)
    assert acts == []
