"""What is printed of a comparison."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from numberkeep.recording.drift.difference import Difference, Outcome, Outcomes, What

_LONGEST: Final = 200


def lines(outcomes: Outcomes) -> Iterator[str]:
    """Yield the lines of a report for people: every difference, what is documented and what cannot be judged."""
    for outcome in outcomes:
        for difference in outcome.differences:
            yield f"line {outcome.line}: {_printable(outcome.request)}"
            yield f"  {_sentence(difference)}"
    documented = Counter(row for outcome in outcomes for row, _ in outcome.documented)
    if documented:
        yield "Documented in docs/fidelity.md:"
        yield from (f"  {_times(count)} {row}" for row, count in documented.items())
    reasons = Counter(outcome.skipped for outcome in outcomes if outcome.skipped)
    reasons.update(reason for outcome in outcomes for reason, _ in outcome.unsettled)
    if reasons:
        yield "Not compared:"
        yield from (f"  {_times(count)} {reason}" for reason, count in reasons.items())
    yield summary(outcomes)


def summary(outcomes: Outcomes) -> str:
    """Return the numbers of exchanges and differences as a sentence."""
    count = sum(len(outcome.differences) for outcome in outcomes)
    found = f"{count} difference{'' if count == 1 else 's'}" if count else "no difference"
    sent = sum(not outcome.skipped for outcome in outcomes)
    return f"{sent} of {len(outcomes)} exchange{'' if len(outcomes) == 1 else 's'} repeated: {found}."


def as_object(outcomes: Outcomes) -> dict[str, Any]:
    """Return the report as `--json` prints it."""
    return {
        "exchanges": len(outcomes),
        "repeated": sum(not outcome.skipped for outcome in outcomes),
        "differences": [{**_of(outcome), **_fields(each)} for outcome in outcomes for each in outcome.differences],
        "documented": [
            {**_of(outcome), "row": row, **_fields(each)} for outcome in outcomes for row, each in outcome.documented
        ],
        "not_compared": [
            *({**_of(outcome), "reason": outcome.skipped} for outcome in outcomes if outcome.skipped),
            *(
                {**_of(outcome), "reason": reason, **_fields(each)}
                for outcome in outcomes
                for reason, each in outcome.unsettled
            ),
        ],
    }


def _of(outcome: Outcome) -> dict[str, Any]:
    return {"line": outcome.line, "request": outcome.request}


def _fields(difference: Difference) -> dict[str, Any]:
    return {
        "what": difference.what.value,
        "where": difference.where,
        "recorded": difference.recorded,
        "numberkeep": difference.numberkeep,
    }


def _sentence(difference: Difference) -> str:
    where, recorded, ours = _printable(difference.where), _shown(difference.recorded), _shown(difference.numberkeep)
    match difference.what:
        case What.MISSING:
            return f"{where}: numberkeep does not have it; recorded {recorded}"
        case What.EXTRA:
            return f"{where}: only numberkeep has it: {ours}"
        case What.IDENTITY:
            return f"{where}: stands for something that had another id before"
    return f"{where}: recorded {recorded}, numberkeep {ours}"


def _printable(text: str) -> str:
    """Return a text without characters that control a terminal: a recording may come from anywhere."""
    return text if text.isprintable() else ascii(text)


def _shown(value: Any) -> str:
    is_sentence = isinstance(value, str) and " " in value and value.isprintable()
    text = value if is_sentence else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _times(count: int) -> str:
    return f"{count} x"
