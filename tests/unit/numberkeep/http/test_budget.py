"""The bytes that large requests and answers may take."""

import pytest

from numberkeep.http.budget import Budget, Limits
from numberkeep.http.request_errors import AccountBusy, ServiceBusy

LIMITS = Limits(memory=100, account_memory=60)


def test_an_account_has_its_share() -> None:
    """It is refused what exceeds it, with 429; another account is not."""
    budget = Budget(LIMITS)
    budget.take(1, 60)
    with pytest.raises(AccountBusy) as refused:
        budget.take(1, 1)
    assert (refused.value.status, dict(refused.value.headers)[b"retry-after"]) == (429, b"1")
    budget.take(2, 40)


def test_the_process_has_a_limit() -> None:
    """Beyond it everybody is refused, with 503, until something is given back."""
    budget = Budget(LIMITS)
    budget.take(1, 60)
    budget.take(2, 40)
    with pytest.raises(ServiceBusy) as refused:
        budget.take(3, 1)
    assert (refused.value.status, dict(refused.value.headers)[b"retry-after"]) == (503, b"1")
    budget.give_back(1, 60)
    budget.take(3, 60)


def test_what_must_be_answered_counts_beyond_the_limits() -> None:
    """And keeps others out."""
    budget = Budget(LIMITS)
    budget.take(1, 200, always=True)
    with pytest.raises(AccountBusy):
        budget.take(1, 1)
    with pytest.raises(ServiceBusy):
        budget.take(2, 1)
    budget.give_back(1, 200)
    budget.take(1, 60)
