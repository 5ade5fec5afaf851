"""What pages say of an import."""

from datetime import UTC, datetime
from typing import Any

import pytest

from numberkeep.console.pages.imports_words import (
    by_words,
    notes_of,
    sentence,
    size_of,
    state_of,
    summary_of,
    undo_question,
    undone_lines,
)
from numberkeep.wire.events import ActorOut
from numberkeep.wire.imports import CountsOut, ImportOut, OutcomeOut, UndoneOut

AT = datetime(2026, 1, 1, tzinfo=UTC)


def counts(**given: int) -> CountsOut:
    """Return counts; those that are left out are 0."""
    return CountsOut(**{name: given.get(name, 0) for name in CountsOut.__struct_fields__})


def job(**given: Any) -> ImportOut:
    """Return an import whose file was uploaded."""
    values: dict[str, Any] = {
        "id": 1,
        "name": "list.csv",
        "bytes": 1,
        "sha256": "abc",
        "status": "draft",
        "created_at": AT,
        "updated_at": AT,
        "task": None,
        "phase": "",
        "done": 0,
        "total": 0,
        "planned": None,
        "result": None,
        "undone": None,
        "error": "",
    }
    return ImportOut(**values | given)


OUTCOME = OutcomeOut(counts(created=2, updated=1), {}, [], has_phones=True)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"sha256": ""}, "Uploading"),
        ({}, "Columns to check"),
        ({"status": "running", "task": "plan"}, "Preparing the preview"),
        ({"planned": OUTCOME}, "Ready to import"),
        ({"status": "running", "task": "run"}, "Importing"),
        ({"status": "foreground", "task": "run"}, "Importing"),
        ({"status": "done", "task": "run"}, "Imported"),
        ({"status": "running", "task": "undo"}, "Undoing"),
        ({"status": "done", "task": "undo"}, "Undone"),
        ({"status": "failed", "task": "run"}, "Failed"),
    ],
)
def test_the_state_of_an_import(given: dict[str, Any], word: str) -> None:
    """In a word or two."""
    assert state_of(job(**given)).word == word


def test_counts_in_a_line() -> None:
    """Without those that are 0."""
    found = counts(created=1204, rejected=1, opted_out=2, merged=3)
    assert summary_of(found) == "1,204 new, 1 rejected, 2 opted out, 3 merged"
    assert summary_of(counts()) == "no rows"


def test_notes_name_no_option_of_the_command_line() -> None:
    """But what the page offers."""
    [(note, count)] = notes_of({"Further numbers left out (--numbers each imports them as contacts)": 2})
    assert ("--" in note, count) == (False, 2)


@pytest.mark.parametrize(
    ("result", "question"),
    [
        (OUTCOME, "Delete 2 contacts and restore 1 contact?"),
        (OutcomeOut(counts(updated=2), {}, [], has_phones=True), "Restore 2 contacts?"),
        (OutcomeOut(counts(opted_out=1), {}, [], has_phones=True), "Undo what it changed?"),
        (None, "Delete the contacts that this import created, and restore those that it changed?"),
    ],
)
def test_the_question_before_an_undo_has_the_numbers(result: OutcomeOut | None, question: str) -> None:
    """As far as they are known."""
    assert undo_question(job(result=result)) == question


def test_what_was_undone_in_sentences() -> None:
    """Each with the right number."""
    assert [*undone_lines(UndoneOut(1, 0, 2, 0, 1))] == [
        "1 contact deleted.",
        "2 contacts left in part or whole, because they were changed since.",
        "1 number that the import opted out stays opted out.",
    ]


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (None, ""),
        (ActorOut("system", ""), "command line"),
        (ActorOut("api_key", "nk_1"), "nk_1"),
        (ActorOut("console_session", "nk_1"), "nk_1 in the console"),
    ],
)
def test_who_uploaded_a_file(by: ActorOut | None, words: str) -> None:
    """As far as it is known."""
    assert by_words(by) == words


def test_sizes_and_reasons_are_readable() -> None:
    """A reason becomes a sentence without the marks of the API."""
    assert [size_of(size) for size in (1, 900, 2_300, 200_000_000)] == ["1 byte", "900 bytes", "2.3 KB", "200.0 MB"]
    assert sentence("`region` must be two letters") == "Region must be two letters."
