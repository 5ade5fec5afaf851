"""What stands in a recording in place of what people and services said.

The same value is replaced by the same one throughout a recording, so that a later request still fits an earlier answer.
All of it follows from a random key that is never stored: nobody can compute a recorded value from a guess.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from numberkeep.domain.messages.reply import Verdict, fold, verdict_of
from numberkeep.domain.phone import find_phone
from numberkeep.recording.numbers import FICTITIOUS, fictitious_number, written_like
from numberkeep.recording.scrambling import choices, scrambled, scrambled_digits
from numberkeep.recording.words import is_plain, masked

_ATTEMPTS: Final = 100
_MOST_COUNT_DIGITS: Final = 6
_LENGTHS: Final = (20, 70, 160, 459, 1000, 1600, 4000, 20_000)
"""Recorded contents have one of these lengths; longer ones keep their own, because they may be refused for it."""

_LEXICON: Final = (
    "river",
    "stone",
    "cloud",
    "window",
    "garden",
    "yellow",
    "market",
    "paper",
    "copper",
    "winter",
    "summer",
    "morning",
    "bridge",
    "forest",
    "island",
    "letter",
    "orange",
    "pencil",
    "silver",
    "candle",
    "basket",
    "castle",
    "dragon",
    "engine",
    "flower",
    "guitar",
    "hammer",
    "jacket",
    "kettle",
    "ladder",
    "mirror",
    "napkin",
    "office",
    "planet",
    "rabbit",
    "saddle",
    "ticket",
    "violin",
    "walnut",
    "yogurt",
)

_email = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+").fullmatch
_url = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://\S+", re.IGNORECASE).fullmatch
_phone_like = re.compile(r"[+(]?\d[\d().\s-]{5,23}\d", re.ASCII).fullmatch
_moment = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)(?P<time>[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
).fullmatch
_token = re.compile(r"[A-Za-z][A-Za-z_.-]{0,39}", re.ASCII).fullmatch
_short_number = re.compile(rf"-?\d{{1,{_MOST_COUNT_DIGITS}}}", re.ASCII).fullmatch


class Fictitious:
    """The replacements of one recording.

    Args:
        key: random bytes.
        region: the region of phone numbers without `+` (ISO 3166-1 alpha-2).
    """

    def __init__(self, key: bytes, region: str) -> None:
        self._key = key
        self._region = region
        self._days = timedelta(days=1 + next(choices(key, "days")) % 300)
        self._texts: dict[str, str] = {}
        self._taken: set[str] = set()
        self._phones: dict[str, str] = {}
        self._taken_phones: set[int] = set()

    def text(self, value: str) -> str:
        """Return the replacement of any text: an e-mail address for one, and so on."""
        core = unicodedata.normalize("NFC", value.strip())
        if not core or core.lower() in {"true", "false"}:
            return value
        made = self._found_phone(core) if _phone_like(core) else None
        if made is None:
            made = self._once(core, _form_of(core))
        return _between_spaces(value, made)

    def phone(self, value: str) -> str:
        """Return the replacement of a phone number, or of what stands in its place, which stays no phone number."""
        found = self._found_phone(value)
        if found is not None:
            return found
        core = value.strip()
        if not core or _email(core):
            return self.text(value)
        return _between_spaces(value, self._once(core, self._no_phone))

    def content(self, value: str) -> str:
        """Return the replacement of a message between people: it means the same for consent, and is about as long."""
        if not value.strip():
            return value
        verdict = verdict_of(value)
        if verdict in {Verdict.OPT_OUT, Verdict.OPT_IN, Verdict.HELP}:
            return " ".join(fold(value))
        return self._once(f"content {value}", lambda _, random: _words(value, verdict, random))

    def moved(self, time: datetime) -> datetime:
        """Return a time, moved by the days of this recording."""
        return time - self._days

    def moment(self, value: str) -> str:
        """Return a time in ISO 8601, moved by the days of this recording; the replacement of a text if it is none."""
        match = _moment(value)
        try:
            moved = self.moved(datetime.fromisoformat(match["date"])) if match else None
        except (ValueError, OverflowError):
            moved = None
        if match is None or moved is None:
            return self.text(value)
        return f"{moved.date().isoformat()}{match['time'] or ''}"

    def message(self, value: str) -> str:
        """Return a message of a service without what it repeats."""
        return masked(value, self._found_phone, self._repeated)

    def word(self, value: str) -> str:
        """Return a word of the API as it is, and the replacement of anything else."""
        return value if _token(value) and is_plain(value) else self.text(value)

    def count(self, value: str) -> str:
        """Return a short number as it is, and the replacement of anything else."""
        return value if _short_number(value) else self.text(value)

    def number(self, value: float) -> float:
        """Return a number with other digits."""
        sign, text = ("-" if value < 0 else ""), repr(abs(value))
        made = sign + self._once(text, scrambled_digits)
        return int(made) if isinstance(value, int) else float(made.partition("e")[0])

    def _repeated(self, word: str) -> str | None:
        """Return the replacement of a number that was replaced before; None if it was not."""
        return self._texts.get(word) if word.isdecimal() else None

    def _found_phone(self, text: str) -> str | None:
        """Return the replacement of a phone number, written alike; None if the text is none."""
        found = find_phone(text, self._region)
        if found is None:
            return None
        if found not in self._phones:
            index = next(self._indexes(found))
            self._taken_phones.add(index)
            self._phones[found] = fictitious_number(index)
        return written_like(text, self._phones[found], self._region)

    def _indexes(self, phone: str) -> Iterator[int]:
        """Yield the indexes of numbers that are not taken."""
        random = choices(self._key, phone)
        for _ in range(_ATTEMPTS):
            index = (next(random) << 16 | next(random)) % FICTITIOUS
            if index not in self._taken_phones and fictitious_number(index) != phone:
                yield index
        yield FICTITIOUS + len(self._taken_phones)

    def _no_phone(self, text: str, random: Iterator[int]) -> str:
        for _ in range(_ATTEMPTS):
            made = scrambled(text, random)
            if find_phone(made, self._region) is None:
                return made
        return re.sub(r"\d", "0", scrambled(text, random))

    def _once(self, value: str, make: Callable[[str, Iterator[int]], str]) -> str:
        """Return what `make` returned for the value before, or a result that no other value has, if there is one."""
        if value not in self._texts:
            made = value
            for attempt in range(_ATTEMPTS):
                found = make(value, choices(self._key, value, attempt))
                made = made if found == value else found
                if made != value and made not in self._taken:
                    break
            self._texts[value] = made
            self._taken.add(made)
        return self._texts[value]


def _between_spaces(value: str, made: str) -> str:
    """Return `made` with the white space around `value`."""
    return f"{value[: len(value) - len(value.lstrip())]}{made}{value[len(value.rstrip()) :]}"


def _form_of(text: str) -> Callable[[str, Iterator[int]], str]:
    if _email(text):
        return _address
    if _url(text):
        return _place
    return scrambled


def _address(text: str, random: Iterator[int]) -> str:
    made = f"{scrambled('user0000', random)}@example.com"
    return f"{'x' * (len(text) - len(made))}{made}"


def _place(text: str, random: Iterator[int]) -> str:
    scheme = text.partition("://")[0].lower()
    made = f"{scheme if scheme in {'http', 'https'} else 'other'}://{scrambled('host0000', random)}.example/"
    return f"{made}{'x' * (len(text) - len(made))}"


def _words(text: str, verdict: Verdict, random: Iterator[int]) -> str:
    length = next((each for each in _LENGTHS if len(text) <= each), len(text))
    made = ["please", "stop"] if verdict is Verdict.UNCLEAR else []
    size = 0
    while size <= length:
        made.append(_LEXICON[next(random) % len(_LEXICON)])
        size += len(made[-1]) + 1
    return " ".join(made)[:length].rstrip().ljust(length, ".")
