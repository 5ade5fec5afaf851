"""Which id of numberkeep corresponds to which id of the recording."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

from numberkeep.recording.fields import Kind, is_id, kind_of
from numberkeep.recording.request_targets import fixed_segments

_SAFE: Final = "+~"


class Correspondence:
    """Pairs of values that two services made for the same thing: ids, cursors, times."""

    def __init__(self) -> None:
        self._ours: dict[str, Any] = {}
        self._recorded: dict[str, str] = {}

    def pair(self, recorded: Any, ours: Any) -> bool:
        """Record that two ids stand for the same, and return whether nothing recorded before contradicts it."""
        key, value = str(recorded), str(ours)
        agrees = str(self._ours.get(key, ours)) == value and self._recorded.get(value, key) == key
        self._ours.setdefault(key, ours)
        self._recorded.setdefault(value, key)
        return agrees

    def pair_times(self, recorded: str, ours: str) -> None:
        """Record that two times are those of the same moment; several things may share one."""
        self._ours.setdefault(recorded, ours)

    def knows(self, recorded: str) -> bool:
        """Return whether a value of the recording has a counterpart."""
        return recorded in self._ours

    def counterpart(self, recorded: str) -> Any:
        """Return our value for one of the recording; None if it has none."""
        return self._ours.get(recorded)

    def is_ours(self, value: str) -> bool:
        """Return whether one of our values has a counterpart in the recording."""
        return value in self._recorded

    def target(self, target: str) -> str:
        """Return a path and query of the recording with our ids in it."""
        path, mark, query = target.partition("?")
        parts = [part if part in fixed_segments() else self._written(part) for part in path.split("/")]
        return f"{'/'.join(parts)}{mark}{'&'.join(map(self._parameter, query.split('&')))}"

    def body(self, value: Any, name: str = "") -> Any:
        """Return a JSON value of the recording with our ids and times in it."""
        match value:
            case dict():
                return {key: self.body(each, key) for key, each in value.items()}
            case list():
                return [self.body(each, name) for each in value]
            case str() | int() if is_translated(name) and not isinstance(value, bool):
                return self._ours.get(str(value), value)
        return value

    def _parameter(self, pair: str) -> str:
        name, mark, value = pair.partition("=")
        return f"{name}{mark}{self._written(value)}" if is_translated(name) else pair

    def _written(self, value: str) -> str:
        plain = unquote(value)
        return quote(str(self._ours[plain]), safe=_SAFE) if plain in self._ours else value


def is_translated(name: str) -> bool:
    """Return whether the values of a field are translated in requests."""
    return is_id(name) or kind_of(name) is Kind.TIME


def times_in(body: Any, query: Mapping[str, str]) -> list[str]:
    """Return the times that a request names."""
    found = [value for name, value in query.items() if kind_of(name) is Kind.TIME]

    def search(value: Any, name: str) -> None:
        match value:
            case dict():
                for key, each in value.items():
                    search(each, key)
            case list():
                for each in value:
                    search(each, name)
            case str() if kind_of(name) is Kind.TIME:
                found.append(value)

    search(body, "")
    return found
