"""A difference with all that explains it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from numberkeep.recording.drift.calls import Call
from numberkeep.recording.drift.difference import Answer, Difference, What
from numberkeep.recording.exchange import RecordedAnswer

_BAD: Final = 400


@dataclass(slots=True, frozen=True)
class Case:
    """A difference in its exchange."""

    call: Call
    recorded: RecordedAnswer
    ours: Answer
    difference: Difference

    @property
    def is_stricter(self) -> bool:
        """Whether numberkeep refuses the request as invalid, and the recorded service accepted it."""
        accepted = self.recorded.status < _BAD <= self.ours.status == _BAD
        return self.difference.what is What.STATUS and accepted

    @property
    def is_looser(self) -> bool:
        """Whether numberkeep accepts a request that the recorded service refused as invalid."""
        refused = self.ours.status < _BAD <= self.recorded.status
        return self.difference.what is What.STATUS and refused

    def is_extra(self, *places: str) -> bool:
        """Return whether it is something that numberkeep adds at one of these places."""
        return self.difference.what is What.EXTRA and self.difference.where in places

    def blames(self, field: str) -> bool:
        """Return whether numberkeep's answer names this field as invalid."""
        return any(error.get("field") == field for error in self._errors)

    def says(self, words: str) -> bool:
        """Return whether a message of numberkeep's answer contains these words."""
        body = self.ours.body if isinstance(self.ours.body, dict) else {}
        return any(words in str(each.get("message", "")) for each in (body, *self._errors))

    @property
    def is_replayed(self) -> bool:
        """Whether numberkeep repeats its answer to an earlier request with the same idempotency key."""
        name = "idempotency-replayed"
        return name in self.ours.headers and name not in self.recorded.headers

    @property
    def _errors(self) -> Collection[dict[str, Any]]:
        errors = self.ours.body.get("errors") if isinstance(self.ours.body, dict) else None
        return [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
