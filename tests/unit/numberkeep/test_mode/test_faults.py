"""Which calls a fault applies to."""

from typing import Any

import pytest

from numberkeep.test_mode.faults import FaultBody, Faults

ONE, TWO = "+14155552671", "+14155552672"


def faults(**given: Any) -> Faults:
    """Return the faults of an account with one fault."""
    some = Faults()
    some.add(FaultBody(**{"operation": "contacts.create", "kind": "cut", **given}))
    return some


def applied(some: Faults, calls: int) -> str:
    """Return a mark for each of a number of calls: x if the fault applied, else a dot."""
    return "".join("x" if some.next("contacts.create", ONE) else "." for _ in range(calls))


@pytest.mark.parametrize(
    ("given", "marks"),
    [
        ({}, "xxxxx"),
        ({"times": 2}, "xx..."),
        ({"nth": 3}, "..xxx"),
        ({"nth": 2, "times": 1}, ".x..."),
    ],
)
def test_counters_limit_a_fault(given: dict[str, Any], marks: str) -> None:
    """`nth` is the first call that fails, and `times` how many do."""
    assert applied(faults(**given), 5) == marks


def test_a_probability_is_repeatable_by_its_seed() -> None:
    """The same seed fails the same calls, another seed fails others; and about as many as requested."""
    first = applied(faults(probability=0.3, seed=7), 1000)
    assert first == applied(faults(probability=0.3, seed=7), 1000)
    assert first != applied(faults(probability=0.3, seed=8), 1000)
    assert 200 < first.count("x") < 400


def test_only_matching_calls_are_counted() -> None:
    """Calls of another operation or number do not count towards `nth` and `times`."""
    some = faults(number=ONE, nth=2, times=1)
    assert some.next("contacts.create", ONE) is None
    assert some.next("contacts.create", TWO) is None
    assert some.next("contacts.create", None) is None
    assert some.next("contacts.list", ONE) is None
    assert some.next("contacts.create", ONE) is not None
    assert some.next("contacts.create", ONE) is None


def test_any_operation_excludes_webhooks() -> None:
    """`*` is every call; a delivery is none."""
    some = faults(operation="*")
    assert some.next("messages.list", None) is not None
    assert some.next("webhooks", ONE) is None


def test_the_first_fault_applies_and_later_ones_count_the_call() -> None:
    """Two faults never apply to one call."""
    some = faults(times=1)
    second = some.add(FaultBody(operation="contacts.create", kind="late", seconds=1, nth=2))
    assert some.next("contacts.create", ONE) is not second
    assert some.next("contacts.create", ONE) is second


def test_the_body_is_read_ahead_only_for_a_number() -> None:
    """Otherwise the URL decides, and a large body is not read."""
    assert not faults().needs_number("contacts.create")
    assert not faults(number=ONE).needs_number("contacts.list")
    some = faults(number=ONE, times=1)
    assert some.needs_number("contacts.create")
    some.next("contacts.create", ONE)
    assert not some.needs_number("contacts.create")
