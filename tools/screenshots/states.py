"""What the console shows in the pictures: nothing, five contacts, a thousand, and hostile values."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx2

from numberkeep.testing import Account, Service
from support.people import hostile, hostile_file, people

DAYS: Final = 45
"""How far back the contacts of a state begin."""

_ASKED: Final = "Hi {name}, your table for two is reserved for Friday, 7 pm. Reply YES to confirm."
_TALKS: Final = (
    ("YES", "Great, see you on Friday!"),
    ("Could we make it 8 pm?", "Of course. 8 pm it is."),
    ("Who is this?", "This is Blue Kettle Coffee. You booked with us last week."),
    ("Thanks a lot", ""),
    ("STOP", ""),
    ("please no more of these", ""),
    ("not now thanks, maybe stop until summer", ""),
)
_BATCHES: Final = 150
_HOURS_APART: Final = 5
_WAIT_SECONDS: Final = 60.0


def empty(_service: Service, _account: Account) -> None:
    """Leave the account empty."""


def five(service: Service, account: Account) -> None:
    """Add five contacts, a conversation with each and an import."""
    _fill(service, account, list(people(5)), talks=5)


def thousand(service: Service, account: Account) -> None:
    """Add a thousand contacts over some weeks, conversations, imports and a webhook."""
    _fill(service, account, list(people(1000)), talks=40)
    with _wire(account) as wire:
        _checked(wire.post("/_numberkeep/webhooks", json={"url": "https://example.com/hooks/contacts"}))


def hostile_values(service: Service, account: Account) -> None:
    """Add contacts, messages, an import and a webhook with hostile values."""
    contacts = list(hostile())
    _fill(service, account, contacts, talks=0)
    with _wire(account) as wire:
        for contact in contacts:
            texts = (contact["first_name"], contact["company_name"], f"not now, stop? {contact['last_name']}")
            for text in texts:
                _checked(wire.post("/_numberkeep/inbound", json={"from": contact["phone"], "content": text}))
        _import(wire, *hostile_file(), run=False)
        _checked(wire.post("/_numberkeep/webhooks", json={"url": "https://example.com/?q=%3Cscript%3E{{7*7}}"}))


STATES: Final[Mapping[str, Callable[[Service, Account], None]]] = {
    "empty": empty,
    "five": five,
    "thousand": thousand,
    "hostile": hostile_values,
}
"""How each state is made in a new account."""


def _fill(service: Service, account: Account, contacts: Sequence[Mapping[str, Any]], *, talks: int) -> None:
    begin = datetime.now(UTC) - timedelta(days=DAYS)
    batches = [*_batches(contacts, max(len(contacts) // _BATCHES, 1))]
    for place, batch in enumerate(batches):
        service.clock.freeze(begin + place * timedelta(days=DAYS) / len(batches))
        account.seed({"contacts": batch})
    with _wire(account) as wire:
        for place in reversed(range(talks)):
            _talk(service, account, wire, contacts[place], place)
        service.clock.resume()
        _import(wire, "spring-fair.csv", _list_of([*contacts[:talks], *_newcomers(3)], "spring fair"), run=True)
        _import(wire, "newsletter.csv", _list_of([*contacts[: 2 * talks], *_newcomers(14)], "newsletter"), run=False)


def _talk(service: Service, account: Account, wire: httpx2.Client, contact: Mapping[str, Any], place: int) -> None:
    """Let a person reply, some hours ago, to a message or to a verification."""
    number, (reply, answer) = contact["phone"], _TALKS[place % len(_TALKS)]
    service.clock.freeze(datetime.now(UTC) - timedelta(hours=_HOURS_APART * place + 1))
    if place % 3:
        asked = _ASKED.format(name=contact["first_name"])
        account.seed({"messages": [{"number": number, "content": asked, "is_outbound": True}]})
    else:
        _checked(wire.post("/api/v2/contacts/verify", json={"number": number}))
    service.clock.advance(minutes=7)
    _checked(wire.post("/_numberkeep/inbound", json={"from": number, "content": reply}))
    if answer:
        service.clock.advance(minutes=4)
        account.seed({"messages": [{"number": number, "content": answer, "is_outbound": True}]})


def _newcomers(count: int) -> Iterator[dict[str, Any]]:
    for place, person in enumerate(people(count, seed=7)):
        yield person | {"phone": f"+3363999{place:04}"}


def _list_of(contacts: Sequence[Mapping[str, Any]], tag: str) -> str:
    """Return a file of contacts: a few with another company, and one without a number."""
    rows = ["First name;Last name;Mobile;Company;Tags;plan"]
    for place, each in enumerate(contacts):
        company = "Harbor Street Books" if place % 5 == 0 else ""
        plan = each.get("custom_variables", {}).get("plan", "")
        rows.append(f"{each['first_name']};{each['last_name']};{each['phone']};{company};{tag};{plan}")
    return "\n".join([*rows, f"Toni;Hill;see notes;;{tag};", ""])


def _import(wire: httpx2.Client, name: str, text: str, *, run: bool) -> None:
    job = _checked(wire.post("/_numberkeep/imports", params={"name": name}, content=text.encode()))["import"]["id"]
    for task in ("plan", "run") if run else ("plan",):
        _checked(wire.post(f"/_numberkeep/imports/{job}/{task}", json={} if task == "plan" else None))
        until = time.monotonic() + _WAIT_SECONDS
        while _checked(wire.get(f"/_numberkeep/imports/{job}"))["import"]["status"] == "running":
            if time.monotonic() > until:
                raise TimeoutError(f"import {job} runs for too long")
            time.sleep(0.1)


def _batches(rows: Sequence[Mapping[str, Any]], size: int) -> Iterator[Sequence[Mapping[str, Any]]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _wire(account: Account) -> httpx2.Client:
    headers = {"sb-api-key-id": account.api_key, "sb-api-secret-key": account.api_secret}
    return httpx2.Client(base_url=account.base_url, headers=headers, timeout=_WAIT_SECONDS)


def _checked(answer: httpx2.Response) -> Any:
    if not answer.is_success:
        raise RuntimeError(f"{answer.request.url}: {answer.text}")
    return answer.json()
