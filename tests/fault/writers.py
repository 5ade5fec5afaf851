"""Clients that change their own contacts without a pause, and keep a ledger of the acknowledged changes."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from typing import Any, Final

from fault.ledger import Known, Person, Request
from support.wire import Answer, Gone, Wire

CONTACTS: Final = "/api/v2/contacts"
WRITERS: Final = 16
TAGS: Final = ("red", "green", "blue", "amber")
_BLOCK: Final = 20


class Writer:
    """A client that sends a request, waits for the answer, records both and sends the next.

    Args:
        number: determines its own numbers.
        seed: determines its requests.

    Attributes:
        known: the acknowledged state.
        pending: the request whose answer has not arrived.
        acknowledged: the number of acknowledged requests.
        refused: the number of requests refused with 503.
    """

    def __init__(self, number: int, seed: int) -> None:
        self.known = Known()
        self.pending: Request | None = None
        self.acknowledged = self.refused = 0
        self._random = random.Random(seed)
        self._name = f"{number:02d}"
        self._serial = 0
        self._ids: dict[str, str] = {}
        phones = [f"+1415{number:02d}{n:05d}" for n in range(10 + 2 * _BLOCK)]
        self._singles = phones[:10]
        self._blocks = [phones[10 : 10 + _BLOCK], phones[10 + _BLOCK :]]

    async def run(self, wire: Wire, stop: asyncio.Event | None = None) -> None:
        """Write until the service is gone, or until stopped."""
        async with wire:
            with contextlib.suppress(Gone):
                while not (stop and stop.is_set()):
                    await self.write(wire)

    async def write(self, wire: Wire) -> None:
        """Send one request and record the answer."""
        self.pending = self._next()
        answer = await send(wire, self.pending)
        if answer.status == 503:
            said = answer.json()
            assert (said["status"], bool(said["message"]), bool(said["request_id"])) == ("ERROR", True, True)
            assert int(answer.headers["retry-after"]) > 0
            self.refused += 1
            await asyncio.sleep(0.02)
        else:
            self._acknowledge(self.pending, answer)
        self.pending = None

    async def settle(self, wire: Wire, people: dict[str, Person], ids: dict[str, str]) -> bool | None:
        """Find out whether the pending request was applied; one with an idempotency key is sent again.

        Args:
            wire: a connection to the service.
            people: what is stored under this writer's numbers.
            ids: the contact_id of each.

        Returns:
            Whether it was applied; None if there was none, or if it would have changed nothing.
        """
        request, self.pending = self.pending, None
        possible = [self.known, *([request.after] if request else [])]
        assert people in [known.contacts for known in possible], _difference(people, possible)
        assert {phone: self._ids.get(phone, ids[phone]) for phone in ids} == ids, "a contact was replaced by another"
        self._ids = dict(ids)
        done = None
        if request is not None:
            if request.after.contacts != self.known.contacts:
                done = people == request.after.contacts
            if request.key is not None:
                answer = await send(wire, request)
                if done is not None:
                    assert ("idempotency-replayed" in answer.headers) is done
                self._acknowledge(request, answer)
            elif done:
                self.known = request.after
        return done

    def owns(self, phone: str) -> bool:
        """Return whether a number is this writer's."""
        return phone.startswith(f"+1415{self._name}")

    def _acknowledge(self, request: Request, answer: Answer) -> None:
        assert answer.status == request.status, answer.content
        said: dict[str, Any] = answer.json()
        for contact in [said["contact"]] if "contact" in said else said.get("contacts", []):
            phone = contact["phone"]
            assert Person.of(contact) == request.after.contacts[phone]
            assert self._ids.setdefault(phone, contact["contact_id"]) == contact["contact_id"]
        self.known = request.after
        self._ids = {phone: self._ids[phone] for phone in self._ids if phone in self.known.contacts}
        self.acknowledged += 1

    def _next(self) -> Request:
        self._serial += 1
        there = [phone for phone in self._singles if phone in self.known.contacts]
        absent = [phone for phone in self._singles if phone not in self.known.contacts]
        block = self._random.choice(self._blocks)
        possible: list[Callable[[], Request]] = [lambda: self._bulk(block)]
        if absent:
            possible += [lambda: self._create(self._random.choice(absent))] * 3
        if there:
            phone = self._random.choice(there)
            possible += [lambda: self._update(phone)] * 2
            possible += [
                lambda: self._create_again(phone),
                lambda: self._opt_out(phone),
                lambda: self._delete(f"/{phone}", None, [phone]),
                lambda: self._delete("", {"contact_ids": [*block, phone]}, [*block, phone]),
            ]
            if phone not in self.known.opted_out:
                possible.append(lambda: self._verify(phone))
        return self._random.choice(possible)()

    def _create(self, phone: str) -> Request:
        said = self._said()
        return self._post("", {"number": phone, **said}, self._with({phone: said}))

    def _create_again(self, phone: str) -> Request:
        return Request("POST", "", {"number": phone, **self._said()}, self.known, status=409)

    def _update(self, phone: str) -> Request:
        said = self._said()
        return Request("PUT", f"/{phone}", said, self._with({phone: said}))

    def _bulk(self, block: Sequence[str]) -> Request:
        said = self._said()
        said["custom_variables"]["bulk"] = said["first_name"]
        rows = [{"phone": phone, **said} for phone in block]
        return self._post("/bulk", {"contacts": rows}, self._with(dict.fromkeys(block, said)))

    def _delete(self, path: str, body: dict[str, Any] | None, phones: Sequence[str]) -> Request:
        after = self.known.copy()
        for phone in phones:
            after.contacts.pop(phone, None)
        return Request("DELETE", path, body, after)

    def _opt_out(self, phone: str) -> Request:
        opted_out = phone not in self.known.opted_out
        after = self.known.copy()
        after.set_opt_out(phone, opted_out=opted_out)
        return self._post("/opt-out", {"number": phone, "opted_out": opted_out}, after)

    def _verify(self, phone: str) -> Request:
        after = self.known.copy()
        after.messages[phone] += 1
        return Request("POST", "/verify", {"number": phone}, after, key=self._key())

    def _post(self, path: str, body: dict[str, Any], after: Known) -> Request:
        return Request("POST", path, body, after, key=self._key() if self._random.random() < 0.5 else None)

    def _with(self, said: dict[str, dict[str, Any]]) -> Known:
        after = self.known.copy()
        for phone, what in said.items():
            after.put(phone, what)
        return after

    def _said(self) -> dict[str, Any]:
        serial = f"{self._name}-{self._serial}"
        label = f"v{self._random.randrange(5)}"
        tags = self._random.sample(TAGS, self._random.randrange(len(TAGS)))
        return {"first_name": serial, "tags": tags, "custom_variables": {label: serial}}

    def _key(self) -> str:
        return f"{self._name}-{self._serial}"


async def send(wire: Wire, request: Request) -> Answer:
    """Send a request and return its answer."""
    headers = {} if request.key is None else {"idempotency-key": request.key}
    return await wire.request(request.method, CONTACTS + request.path, request.body, headers)


def _difference(people: dict[str, Person], possible: Sequence[Known]) -> str:
    """Return where the stored state differs from each allowed state."""
    lines = ["what is stored is neither what was acknowledged nor what the pending request makes of it:"]
    for known in possible:
        lines += [
            f"  {phone}: stored {people.get(phone)}, expected {known.contacts.get(phone)}"
            for phone in sorted({*people, *known.contacts})
            if people.get(phone) != known.contacts.get(phone)
        ]
        lines.append("  or")
    return "\n".join(lines[:-1])
