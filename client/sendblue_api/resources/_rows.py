"""Creates any number of contacts in chunks, with a result for each row. Does no I/O: a sender runs the steps."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from sendblue_api._errors import APIResponseValidationError, BadRequestError, UnprocessableEntityError
from sendblue_api._operation import describe
from sendblue_api._senders import Steps, Take
from sendblue_api.types import Contact
from sendblue_api.types.contacts import ContactInput, RowResult

from . import _operations as operations

_LARGEST_CHUNK = 1000


def rows(
    contacts: Iterator[ContactInput] | AsyncIterator[ContactInput],
    chunk: int,
    on_progress: Callable[[int, int], object] | None,
    options: Any,
) -> Steps[RowResult]:
    """Return the steps of `bulk.create_all`, which documents the arguments."""
    if not 1 <= chunk <= _LARGEST_CHUNK:
        raise ValueError(f"chunk must be between 1 and {_LARGEST_CHUNK}, not {chunk!r}.")
    if "idempotency-key" in map(str.lower, options.get("extra_headers") or ()):
        raise ValueError("extra_headers must not hold an Idempotency-Key: each chunk is sent with its own.")
    options = {**options, "extra_query": {"on_error": "skip", **(options.get("extra_query") or {})}}
    return _rows(Take(contacts, chunk), on_progress or _nobody, options)


def _rows(chunk: Take, on_progress: Callable[[int, int], object], options: Any) -> Steps[RowResult]:
    done = refused = 0
    while batch := (yield chunk):
        parts = [batch]
        while parts:
            part = parts.pop()
            try:
                result, response = yield describe(operations.BULK_CREATE, {"contacts": part, "options": options})
            except (BadRequestError, UnprocessableEntityError) as error:
                if len(part) > 1:
                    half = len(part) // 2
                    parts += [part[half:], part[:half]]
                    continue
                results = [RowResult(done, part[0], None, str(error))]
            else:
                contacts = getattr(result, "contacts", None)
                if not isinstance(contacts, list) or not all(isinstance(each, Contact) for each in contacts):
                    raise APIResponseValidationError(response, result, message="The response has no list of contacts.")
                results = _results(done, part, contacts, getattr(result, "errors", None))
            done += len(part)
            refused += sum(result.error is not None for result in results)
            on_progress(done, refused)
            yield results


def _results(start: int, part: list[Any], contacts: list[Contact], reported: Any) -> list[RowResult]:
    errors, unclear = _errors(reported)
    good = [index for index in range(len(part)) if index not in errors]
    by_phone = {contact.phone: contact for contact in contacts}
    # A number that is spelled differently from the stored one is found by its place, unless a number is repeated.
    in_order = iter(contacts if len(by_phone) == len(good) else ())
    found = {index: (next(in_order, None), by_phone.get(_phone(part[index]))) for index in good}
    results = []
    for index, row in enumerate(part):
        by_place, by_number = found.get(index, (None, None))
        contact = by_number or by_place
        error = errors.get(index) or (None if contact else unclear)
        results.append(RowResult(start + index, row, contact, error))
    return results


def _errors(reported: Any) -> tuple[dict[int, str], str | None]:
    # By the place of the row; and the errors in another form than that of numberkeep.
    errors: dict[int, str] = {}
    unclear = []
    for each in reported if isinstance(reported, list) else [reported]:
        match each:
            case {"index": int(index), "field": field, "message": message}:
                errors[index] = f"{errors[index]}; {field}: {message}" if index in errors else f"{field}: {message}"
            case None:
                pass
            case _:
                unclear.append(str(each))
    return errors, "; ".join(unclear) or None


def _phone(row: Any) -> str | None:
    return row.get("phone") if isinstance(row, Mapping) else row.phone


def _nobody(_done: int, _refused: int) -> None:
    pass
