"""What every call takes besides its own fields, the values that stand for "not given", and older argument names."""

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Any, Final, Literal, Protocol, TypeAlias, TypedDict

import httpx2


class Omit:
    """The type of `omit`, which leaves a field, or a default header, out of the request.

    `None` is a value: it is sent as JSON null, which clears a field in an update.
    """

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "omit"


class NotGiven:
    """The type of `not_given`, which leaves the choice to the client: `timeout=None` means no timeout at all."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "not_given"


class LegacyTimeout(Protocol):
    """An `httpx.Timeout`: httpx itself is not needed to say so."""

    def as_dict(self) -> dict[str, float | None]:
        """Seconds by phase."""


class LegacyURL(Protocol):
    """An `httpx.URL`."""

    @property
    def raw_path(self) -> bytes:
        """Path and query."""


omit: Final = Omit()
not_given: Final = NotGiven()
NOT_GIVEN: Final = not_given

HeaderMapping: TypeAlias = Mapping[str, str | Omit]
QueryMapping: TypeAlias = Mapping[str, object]
TimeoutTypes: TypeAlias = float | httpx2.Timeout | LegacyTimeout | None
URLTypes: TypeAlias = str | httpx2.URL | LegacyURL


class CallOptions(TypedDict, total=False):
    """What every method takes, for this call alone.

    Attributes:
        extra_headers: added to the headers; `omit` as a value drops a default one.
        extra_query: added to the query.
        extra_body: added to the JSON body.
        timeout: seconds for each phase of the request, a Timeout, or None for no limit. Default: the client's.
    """

    extra_headers: HeaderMapping | None
    extra_query: QueryMapping | None
    extra_body: object | None
    timeout: TimeoutTypes | NotGiven


class OldCreateNames(TypedDict, total=False):
    """The official client's names for the fields of a new contact, taken so that its calls keep working.

    `_1` is the field in snake_case, `_2` in the camelCase of older versions of the API.
    """

    body_assigned_to_email_1: str | Omit
    body_assigned_to_email_2: str | Omit
    body_first_name_1: str | Omit
    body_first_name_2: str | Omit
    body_last_name_1: str | Omit
    body_last_name_2: str | Omit
    body_phone_number_1: str | Omit
    body_phone_number_2: str | Omit
    body_sendblue_number_1: str | Omit
    body_sendblue_number_2: str | Omit


class OldUpdateNames(TypedDict, total=False):
    """The same for the fields of a change."""

    body_assigned_to_email_1: str | Omit
    body_assigned_to_email_2: str | Omit
    body_company_name_1: str | Omit
    body_company_name_2: str | Omit
    body_first_name_1: str | Omit
    body_first_name_2: str | Omit
    body_last_name_1: str | Omit
    body_last_name_2: str | Omit
    body_opt_out_1: bool | Omit
    body_opt_out_2: bool | Omit
    body_sendblue_number_1: str | Omit
    body_sendblue_number_2: str | Omit


class CreateOptions(CallOptions, OldCreateNames):
    """What `contacts.create` takes besides the specification's fields."""


class UpdateOptions(CallOptions, OldUpdateNames):
    """What `contacts.update` takes besides the specification's fields."""


class Payload(TypedDict, total=False):
    """What `client.post`, `put`, `patch` and `delete` take besides: see `client.get`."""

    body: object
    content: bytes | str | Iterable[bytes] | AsyncIterable[bytes] | None
    files: Any
    options: "RequestOptions | None"


class RequestOptions(TypedDict, total=False):
    """The `options` of `client.get`, `post`, `put`, `patch` and `delete`.

    Attributes:
        params: added to the query.
        headers: added to the headers; `omit` as a value drops a default one.
        timeout: as in `CallOptions`.
        max_retries: instead of the client's.
        extra_json: added to the JSON body.
        idempotency_key: the `Idempotency-Key` of a POST, instead of a random one.
        follow_redirects: False raises the redirect as an `APIStatusError`.
    """

    params: QueryMapping | None
    headers: HeaderMapping | None
    timeout: TimeoutTypes | NotGiven
    max_retries: int
    extra_json: Mapping[str, object] | None
    idempotency_key: str
    follow_redirects: bool
