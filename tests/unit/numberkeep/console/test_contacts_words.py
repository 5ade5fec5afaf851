"""What actions did and what happened to a contact, in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from numberkeep.console.pages.contacts_history import lines_of
from numberkeep.console.words import sentence_of, undo_period
from numberkeep.wire.actions import ActionOut
from numberkeep.wire.events import ActorOut, CauseOut
from numberkeep.wire.history import HistoryOut
from numberkeep.wire.imports import UndoneOut

AT = datetime(2026, 11, 30, tzinfo=UTC)


def action(**given: Any) -> ActionOut:
    """Return an action."""
    return ActionOut(
        **{
            "id": 1,
            "action": "tag",
            "tag": "vip",
            "status": "done",
            "created_at": AT,
            "updated_at": AT,
            "task": "run",
            "done": 5,
            "total": 5,
            "changed": 1204,
            "unchanged": 0,
            "not_found": 0,
            "full": 0,
            "undone": None,
            "undoable": False,
            "undo_until": None,
            "error": "",
            **given,
        }
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "1,204 contacts tagged “vip”."),
        (
            {"changed": 1, "unchanged": 2, "full": 1},
            "1 contact tagged “vip”. 2 had the tag already. 1 can have no more tags.",
        ),
        ({"action": "untag", "changed": 2}, "“vip” removed from 2 contacts."),
        ({"action": "delete", "changed": 0, "not_found": 2}, "0 contacts deleted. 2 do not exist any more."),
        ({"action": "untag", "changed": 1, "not_found": 1}, "“vip” removed from 1 contact. 1 does not exist any more."),
        ({"action": "export"}, "1,204 contacts exported."),
        ({"task": "undo", "undone": UndoneOut(0, 3, 0, 0, 0)}, "Undone: 3 contacts restored."),
        (
            {"task": "undo", "undone": UndoneOut(0, 1, 2, 0, 0)},
            "Undone: 1 contact restored. 2 changed since and stay as they are.",
        ),
        ({"task": "undo"}, "Undone: there was nothing to restore."),
        ({"status": "failed", "error": "no room"}, "The action stopped after 5 of 5 contacts: no room."),
    ],
)
def test_an_action_is_reported_in_a_sentence(given: dict[str, Any], sentence: str) -> None:
    """With what was left as it is."""
    assert sentence_of(action(**given)) == sentence


@pytest.mark.parametrize(
    ("actor", "cause", "by"),
    [
        (("api_key", "nk_1"), ("request", "r"), "API key nk_1"),
        (("console_session", "nk_1"), ("request", "r"), "console, key nk_1"),
        (("console_session", "nk_1"), ("action", "7"), "console, key nk_1, action 7"),
        (("api_key", "nk_1"), ("import", "3"), "API key nk_1, import 3"),
        (("api_key", "nk_1"), ("undo", "3"), "API key nk_1, undo of 3"),
        (("carrier", "twilio"), None, "twilio"),
        (("system", ""), None, "the service"),
        (("unknown", ""), None, "not recorded"),
    ],
)
def test_the_history_says_who_and_from_what(actor: tuple[str, str], cause: tuple[str, str] | None, by: str) -> None:
    """In words, with the id by which it can be looked up."""
    event = HistoryOut(
        id="1",
        type="contact.updated",
        occurred_at=AT,
        actor=ActorOut(*actor),
        cause=None if cause is None else CauseOut(*cause),
        changes={
            "first_name": (None, "Ada"),
            "tags": (["a", "b"], None),
            "custom_variables.plan": ("free", "pro"),
            "verified": (None, True),
        },
        data=None,
    )
    [line] = lines_of([event])
    assert (line.text, line.by) == ("Changed", by)
    assert line.changes == [
        ("First name", "", "Ada"),
        ("Tags", "a, b", ""),
        ("plan", "free", "pro"),
        ("Verified", "", "yes"),
    ]


def test_how_long_a_change_can_be_undone() -> None:
    """As long as the change log keeps it."""
    assert [undo_period(days) for days in (0, 1, 30)] == ["at any time", "for 1 day", "for 30 days"]
