"""What is printed of a comparison."""

import pytest

from numberkeep.recording.drift.difference import Difference, Outcome, What
from numberkeep.recording.drift.report import lines, summary


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (
            Difference(What.STATUS, "status", "200", "404 Contact not found"),
            'recorded "200", numberkeep 404 Contact not found',
        ),
        (Difference(What.VALUE, "body.a", "x", None), 'recorded "x", numberkeep null'),
        (Difference(What.MISSING, "body.a", [1]), "numberkeep does not have it; recorded [1]"),
        (Difference(What.EXTRA, "body.a", None, "\x1b[31m red"), 'only numberkeep has it: "\\u001b[31m red"'),
        (Difference(What.IDENTITY, "body.id", "a", "b"), "stands for something that had another id before"),
        (Difference(What.VALUE, "body.a", "x" * 500, 1), f'recorded "{"x" * 198}…, numberkeep 1'),
    ],
)
def test_a_difference_is_a_sentence(difference: Difference, expected: str) -> None:
    """Under the line of its request; nothing in it can control a terminal."""
    outcome = Outcome(4, "GET /x", differences=[difference])
    assert [*lines([outcome])] == [
        "line 4: GET /x",
        f"  {difference.where}: {expected}",
        "1 of 1 exchange repeated: 1 difference.",
    ]


def test_a_request_cannot_control_a_terminal() -> None:
    """A recording may come from anybody."""
    difference = Difference(What.IDENTITY, "body.\x1b[2J")
    first, second, _ = lines([Outcome(2, "GET /\x1b[2J", differences=[difference])])
    assert first.isprintable()
    assert second.isprintable()


def test_what_does_not_count_is_counted_by_reason() -> None:
    """After the differences."""
    difference = Difference(What.EXTRA, "body.a")
    outcomes = [
        Outcome(2, "GET /a", documented=[("row", difference)] * 2),
        Outcome(3, "GET /b", unsettled=[("reason", difference)]),
        Outcome(4, "GET /c", skipped="reason"),
    ]
    assert [*lines(outcomes)] == [
        "Documented in docs/fidelity.md:",
        "  2 x row",
        "Not compared:",
        "  2 x reason",
        "2 of 3 exchanges repeated: no difference.",
    ]


def test_an_empty_recording_has_no_difference() -> None:
    """It says how little that is."""
    assert summary([]) == "0 of 0 exchanges repeated: no difference."
