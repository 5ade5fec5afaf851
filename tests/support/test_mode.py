"""Accounts and faults of a service in test mode."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx2

from support.process import PATIENCE

CONTROL: Final = "/_numberkeep/test"


@contextmanager
def new_account(url: str, **given: str) -> Iterator[httpx2.Client]:
    """Yield a plain HTTP client of a new account."""
    made = httpx2.post(f"{url}{CONTROL}/accounts", json=given, timeout=PATIENCE).raise_for_status().json()
    headers = {"sb-api-key-id": made["api_key"], "sb-api-secret-key": made["api_secret"]}
    with httpx2.Client(base_url=url, headers=headers, timeout=PATIENCE) as client:
        yield client


def add_fault(client: httpx2.Client, operation: str, kind: str, **given: Any) -> int:
    """Add a fault to the client's account, and return its number."""
    body = {"operation": operation, "kind": kind, **given}
    answer = client.post(f"{CONTROL}/faults", json=body)
    assert answer.status_code == 200, answer.text
    fault_id: int = answer.json()["fault"]["fault_id"]
    return fault_id
