"""What docs/fidelity.md lists is no drift."""

import re
from pathlib import Path
from typing import Any

import pytest

from numberkeep.recording.drift.documented import DOCUMENTED
from numberkeep.recording.exchange import Exchange
from support.exchanges import CONTACTS, contact, created, differences, error, exchange, judged

ROOT = Path(__file__).parents[5]
ADA = "+12125550142"
OK = {"status": "OK"}


def rows_of(page: str, heading: str) -> list[str]:
    """Return the first column of the table under a heading."""
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line.split(" | ")[0].removeprefix("| ") for line in section.splitlines() if line.startswith("| ")][2:]


def test_every_row_is_one_of_the_table() -> None:
    """The reasons that a report names can be looked up."""
    assert set(DOCUMENTED) <= set(rows_of((ROOT / "docs" / "fidelity.md").read_text(), "Our choice"))


def test_the_page_on_recordings_lists_these_rows() -> None:
    """All of them, and no other."""
    page = (ROOT / "docs" / "recording.md").read_text()
    assert rows_of(page, "What does not count") == list(DOCUMENTED)


def of(row: str, *exchanges: Exchange) -> Any:
    """Return a case of the next test."""
    return pytest.param(row, exchanges, id=re.sub(r"\W+", "-", row).strip("-"))


def exists() -> Exchange:
    """Return the exchange that creates a contact again."""
    return exchange(f"POST {CONTACTS}", 409, error("Contact already exists"), body={"number": ADA})


def keyed(made: Exchange) -> Exchange:
    """Return an exchange with an idempotency key."""
    made.request.headers = {"idempotency-key": "one"}
    return made


@pytest.mark.parametrize(
    ("row", "exchanges"),
    [
        of("`errors`, `request_id`", exchange(f"POST {CONTACTS}", 400, error("Missing fields"), body={})),
        of(
            "`tag`, `verified`, `opt_out`, `unclear`, `created_at_lt`, `cursor`",
            created(ADA),
            created("+12125550143"),
            exchange(f"GET {CONTACTS}?limit=1", 200, [contact("+12125550143")]),
        ),
        of("`x-should-retry`", created(ADA), exists()),
        of(
            "missing credentials",
            exchange(f"GET {CONTACTS}", 403, {"message": "Did not get inputs for authorization"}, pair=""),
        ),
        of("absent texts", created(ADA), _retrieved := exchange(f"GET {CONTACTS}/{ADA}", 200, None)),
        of("unknown fields", exchange(f"POST {CONTACTS}", 200, OK, body={"number": ADA, "shoesize": "9"})),
        of("`limit`", exchange(f"GET {CONTACTS}?limit=0", 200, [])),
        of("`limit`", exchange(f"GET {CONTACTS}?limit=5000", 400, error("limit must be at most 1000"))),
        of("`offset`", exchange(f"GET {CONTACTS}?offset=10001", 400, error("offset must be at most 10000"))),
        of("a number that cannot exist", exchange(f"GET {CONTACTS}/12", 400, error("Invalid phone number"))),
        of("a number without `+`", exchange(f"POST {CONTACTS}", 200, OK, body={"number": "5555555555"})),
        of(
            "a number with `+`",
            exchange(f"POST {CONTACTS}", 400, error("Invalid phone number"), body={"number": "+1234567890"}),
        ),
        of("`sendblue_number`", exchange(f"POST {CONTACTS}", 200, OK, body={"number": ADA, "sendblue_number": "12"})),
        of("create", exchange(f"POST {CONTACTS}", 400, error("no"), body={"number": ADA, "company_name": "X"})),
        of(
            "bulk create's rows",
            exchange(
                f"POST {CONTACTS}/bulk",
                400,
                error("no"),
                body={"contacts": [{"phone": ADA, "assigned_to_email": "user@example.com"}]},
            ),
        ),
        of("verify", created(ADA), *(exchange(f"POST {CONTACTS}/verify", 200, OK, body={"number": ADA}),) * 2),
        of("`contact_id`", exchange(f"GET {CONTACTS}?cid=abc", 400, error("no"))),
        of("`created_at_gte`", exchange(f"GET {CONTACTS}?created_at_gte=2026-01-01", 400, error("no"))),
        of("`Idempotency-Key`", *(keyed(created(ADA)), keyed(exists()))),
        of(
            "read-only fields in an update",
            created(ADA),
            exchange(f"PUT {CONTACTS}/{ADA}", 200, OK, body={"verified": True}),
        ),
        of("bulk create", exchange(f"POST {CONTACTS}/bulk", 200, OK, body={"contacts": [{"tags": ["a"]}]})),
        of("a trailing slash", exchange(f"GET {CONTACTS}/", 200, [])),
        of("GET `/`", exchange("GET /", 200, {"name": "other"}, pair="")),
        of(
            "`/api/account/webhooks`",
            exchange(
                "POST /api/account/webhooks", 200, OK, body={"webhooks": ["https://a.example"], "type": "call_log"}
            ),
        ),
        of("the rest of the hosted API", exchange(f"GET /api/evaluate-service?number={ADA}", 200, {"service": "SMS"})),
    ],
)
def test_a_documented_difference_does_not_count(row: str, exchanges: tuple[Exchange, ...]) -> None:
    """The report names its row."""
    if row == "absent texts":
        bare = {"phone": ADA, "first_name": "", "firstName": ""}
        _retrieved.answer.body = {"contact": {**contact(ADA), **bare}, "status": "OK"}
        del _retrieved.answer.body["contact"]["tags"], _retrieved.answer.body["contact"]["last_name"]
    found = judged(*exchanges)
    assert [one for each in found for one in each.differences] == []
    assert row in {of_row for each in found for of_row, _ in each.documented}


def test_every_row_is_tried() -> None:
    """None stands in the table without a case."""
    assert {mark.values[0] for mark in _cases()} == set(DOCUMENTED)


def _cases() -> Any:
    [parametrize] = test_a_documented_difference_does_not_count.pytestmark  # type: ignore[attr-defined]
    return parametrize.args[1]


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        (exchange(f"POST {CONTACTS}", 400, {**error("Missing fields"), "code": 7}, body={}), "body.code"),
        (exchange(f"GET {CONTACTS}?limit=10", 400, error("no")), "status"),
        (exchange(f"GET {CONTACTS}?offset=10", 400, error("no")), "status"),
        (exchange("GET /api/v2/nowhere", 200, OK), "status"),
        (exchange(f"POST {CONTACTS}", 200, OK, body={}), "status"),
        (exchange(f"GET {CONTACTS}/count", 200, {"count": 0, "secret": "x"}), "body.secret"),
    ],
)
def test_a_difference_that_only_resembles_one_counts(recorded: Exchange, expected: str) -> None:
    """The conditions are no wider than the choice."""
    assert [where for _, _, where in differences(recorded)] == [expected]
