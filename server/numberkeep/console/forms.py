"""Reads forms, and checks that they were sent by a page of the console."""

import hmac
from collections.abc import AsyncGenerator
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import FormData, Headers
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

from numberkeep.domain.limits import MAX_BODY_BYTES, MAX_UPLOAD_BYTES
from numberkeep.http.request import Request
from numberkeep.http.request_errors import HttpError

FIELD: Final = "form_token"
"""The field that every form has."""

_HEADER: Final = b"x-form-token"
"""Its place in requests of scripts."""

_MOST_FIELDS: Final = 1000


class NotFromHere(HttpError):
    """The form was not sent by a page of this session."""

    def __init__(self) -> None:
        super().__init__(
            403,
            "This form belongs to an earlier session or to another site, so nothing was changed: load its page again, "
            "and send it from there.",
        )


class BadForm(HttpError):
    """The form cannot be read."""

    def __init__(self) -> None:
        super().__init__(400, "The form cannot be read: nothing was changed. Load the page again.")


async def read_form(request: Request, *, is_upload: bool) -> FormData:
    """Return the form of a request; files are on disk, and have to be closed.

    Raises:
        BadForm: it is not a form, or has too many fields.
        HttpError: as for `Request.body` or, with files, `Request.pieces`.
    """
    headers = Headers(raw=request.scope["headers"])
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return FormData()
    files = is_upload and kind == "multipart/form-data"
    stream = _pieces(request) if files else _whole(request)
    try:
        if kind == "multipart/form-data":
            parser = MultiPartParser(headers, stream, max_files=int(files), max_fields=_MOST_FIELDS)
            return await parser.parse()
        return await FormParser(headers, stream, max_fields=_MOST_FIELDS).parse()
    except MultiPartException:
        raise BadForm from None


async def _whole(request: Request) -> AsyncGenerator[bytes, None]:
    yield await request.body(MAX_BODY_BYTES)


async def _pieces(request: Request) -> AsyncGenerator[bytes, None]:
    async for piece in request.pieces(MAX_UPLOAD_BYTES):
        yield piece


def check_origin(request: Request) -> None:
    """Check that a browser sends the request for a page of this site, as far as it says so.

    Raises:
        NotFromHere: it does not.
    """
    origin = request.header(b"origin")
    host = (request.header(b"host") or b"").decode("latin-1")
    if origin is not None and urlsplit(origin.decode("latin-1")).netloc != host:
        raise NotFromHere
    if request.header(b"sec-fetch-site") not in {None, b"same-origin", b"none"}:
        raise NotFromHere


def check_token(request: Request, form: FormData, token: str) -> None:
    """Check that a form has the token of its session, in a field or in a header.

    Raises:
        NotFromHere: it has not.
    """
    header = request.header(_HEADER)
    given = form.get(FIELD, "") if header is None else header.decode("latin-1")
    if not token or not isinstance(given, str) or not hmac.compare_digest(given.encode(), token.encode()):
        raise NotFromHere
