"""The steps of creating any number of contacts, and what became of each row. Pure: a sender takes the steps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sendblue_api._errors import BadRequestError, UnprocessableEntityError
from sendblue_api._operation import describe
from sendblue_api._senders import Steps
from sendblue_api.types import Contact
from sendblue_api.types.contacts import ContactInput

from . import _operations as operations

_LARGEST_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of `bulk.create_all`.

    Attributes:
        index: the row's place among all rows, from 0.
        row: the row as it was given.
        contact: the contact as it is stored; None when the row was refused, and where another row of the same chunk
            has the same number in another spelling.
        error: why the row was refused, or None.
    """

    index: int
    row: ContactInput
    contact: Contact | None
    error: str | None


def rows(
    contacts: Iterable[ContactInput], chunk: int, on_progress: Callable[[int, int], object] | None, options: Any
) -> Steps[RowResult]:
    """Every chunk of the rows. The arguments are those of `bulk.create_all`.

    Raises:
        ValueError: `chunk` is out of range, or there is an `Idempotency-Key`.
    """
    if not 1 <= chunk <= _LARGEST_CHUNK:
        raise ValueError(f"chunk must be from 1 to {_LARGEST_CHUNK}, not {chunk!r}.")
    if "idempotency-key" in map(str.lower, options.get("extra_headers") or ()):
        raise ValueError("Each chunk has an Idempotency-Key of its own: with one for all, only the first would count.")
    options = {**options, "extra_query": {"on_error": "skip", **(options.get("extra_query") or {})}}
    return _rows(iter(contacts), chunk, on_progress or _nobody, options)


def _rows(contacts: Any, chunk: int, on_progress: Callable[[int, int], object], options: Any) -> Steps[RowResult]:
    done = refused = 0
    while batch := list(islice(contacts, chunk)):
        parts = [batch]
        while parts:
            part = parts.pop()
            try:
                answer, _ = yield describe(operations.BULK_CREATE, {"contacts": part, "options": options})
            except (BadRequestError, UnprocessableEntityError) as error:
                if len(part) > 1:
                    half = len(part) // 2
                    parts += [part[half:], part[:half]]
                    continue
                results = [RowResult(done, part[0], None, str(error))]
            else:
                results = _results(done, part, answer)
            done += len(part)
            refused += sum(result.error is not None for result in results)
            on_progress(done, refused)
            yield results


def _results(start: int, part: list[ContactInput], answer: Any) -> list[RowResult]:
    errors: dict[int, str] = {}
    for each in getattr(answer, "errors", None) or ():
        text = f"{each['field']}: {each['message']}"
        errors[each["index"]] = f"{errors[each['index']]}; {text}" if each["index"] in errors else text
    good = [index for index in range(len(part)) if index not in errors]
    by_phone = {contact.phone: contact for contact in answer.contacts or ()}
    # A number in another spelling than the stored one is found by its place, unless some number came twice.
    in_order = iter(answer.contacts if len(by_phone) == len(good) else ())
    found = {index: (next(in_order, None), by_phone.get(part[index]["phone"])) for index in good}
    return [
        RowResult(start + index, row, None, errors[index])
        if index in errors
        else RowResult(start + index, row, found[index][1] or found[index][0], None)
        for index, row in enumerate(part)
    ]


def _nobody(_done: int, _refused: int) -> None:
    pass
