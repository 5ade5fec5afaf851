"""What actions on many contacts did, in words."""

from numberkeep.wire.actions import ActionOut
from numberkeep.wire.imports import UndoneOut


def sentence_of(action: ActionOut) -> str:
    """Return what an action did, or why it failed."""
    if action.status == "failed":
        return f"The action stopped after {action.done:,} of {counted(action.total)}: {action.error}."
    if action.task == "undo":
        return _undone(action.undone)
    changed = counted(action.changed)
    match action.action:
        case "tag":
            return f"{changed} tagged “{action.tag}”.{_others(action)}"
        case "untag":
            return f"“{action.tag}” removed from {changed}.{_gone(action)}"
        case "delete":
            return f"{changed} deleted.{_gone(action)}"
        case _:
            return f"{changed} exported.{_gone(action)}"


def undo_period(history_days: int) -> str:
    """Return how long a change can be undone, for a retention in days of the change log; 0 keeps it indefinitely."""
    if not history_days:
        return "at any time"
    return "for 1 day" if history_days == 1 else f"for {history_days:,} days"


def counted(count: int) -> str:
    """Return a count of contacts, such as `1,204 contacts`."""
    return f"{count:,} contact" if count == 1 else f"{count:,} contacts"


def _others(action: ActionOut) -> str:
    had = f" {action.unchanged:,} had the tag already." if action.unchanged else ""
    return had + (f" {action.full:,} can have no more tags." if action.full else "") + _gone(action)


def _gone(action: ActionOut) -> str:
    verb = "does" if action.not_found == 1 else "do"
    return f" {action.not_found:,} {verb} not exist any more." if action.not_found else ""


def _undone(undone: UndoneOut | None) -> str:
    if undone is None:
        return "Undone: there was nothing to restore."
    left = f" {undone.left:,} changed since and stay as they are." if undone.left else ""
    return f"Undone: {counted(undone.restored)} restored.{left}"
