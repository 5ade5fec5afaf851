"""The options of every call, the values for "not given", and the argument names of the official client."""

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Any, Final, Literal, Protocol, TypeAlias, TypedDict

import httpx2


class Omit:
    """The type of `omit`, which leaves a field or a default header out of the request.

    None is different: it is sent as JSON null, which clears a field in an update.
    """

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "omit"


class NotGiven:
    """The type of `not_given`, which stands for the client's own setting: `timeout=None` means no timeout."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "not_given"


class LegacyTimeout(Protocol):
    """An `httpx.Timeout`, described without importing httpx."""

    def as_dict(self) -> dict[str, float | None]:
        """Return the seconds for each phase."""


class LegacyURL(Protocol):
    """An `httpx.URL`."""

    @property
    def raw_path(self) -> bytes:
        """The path and the query."""


omit: Final = Omit()
not_given: Final = NotGiven()
NOT_GIVEN: Final = not_given

HeaderMapping: TypeAlias = Mapping[str, str | Omit]
QueryMapping: TypeAlias = Mapping[str, object]
TimeoutTypes: TypeAlias = float | httpx2.Timeout | LegacyTimeout | None
URLTypes: TypeAlias = str | httpx2.URL | LegacyURL


class CallOptions(TypedDict, total=False):
    """Options that every method takes, for this call only.

    Attributes:
        extra_headers: headers to add; the value `omit` drops a default header.
        extra_query: query parameters to add.
        extra_body: fields to add to the JSON body.
        timeout: seconds for each phase of the request, a Timeout, or None for no limit. Default: the client's.
    """

    extra_headers: HeaderMapping | None
    extra_query: QueryMapping | None
    extra_body: object | None
    timeout: TimeoutTypes | NotGiven


class _OldNames(TypedDict, total=False):
    body_assigned_to_email_1: str | Omit
    body_assigned_to_email_2: str | Omit
    body_first_name_1: str | Omit
    body_first_name_2: str | Omit
    body_last_name_1: str | Omit
    body_last_name_2: str | Omit
    body_sendblue_number_1: str | Omit
    body_sendblue_number_2: str | Omit


class OldCreateNames(_OldNames, total=False):
    """The official client's names for the fields of a new contact, so that programs written for it keep working.

    `_1` sends the field in snake_case, `_2` in the camelCase of older versions of the API.
    """

    body_phone_number_1: str | Omit
    body_phone_number_2: str | Omit


class OldUpdateNames(_OldNames, total=False):
    """The official client's names for the fields of an update. See `OldCreateNames`."""

    body_company_name_1: str | Omit
    body_company_name_2: str | Omit
    body_opt_out_1: bool | Omit
    body_opt_out_2: bool | Omit


class CreateOptions(CallOptions, OldCreateNames):
    """The arguments of `contacts.create` that are not fields of the specification."""


class UpdateOptions(CallOptions, OldUpdateNames):
    """The arguments of `contacts.update` that are not fields of the specification."""


class Payload(TypedDict, total=False):
    """More arguments of `client.post`, `put`, `patch` and `delete`. See `client.get`."""

    body: object
    content: bytes | str | Iterable[bytes] | AsyncIterable[bytes] | None
    files: Any
    options: "RequestOptions | None"


class RequestOptions(TypedDict, total=False):
    """The `options` of `client.get`, `post`, `put`, `patch` and `delete`.

    Attributes:
        params: query parameters to add.
        headers: headers to add; the value `omit` drops a default header.
        timeout: as in `CallOptions`.
        max_retries: how many times a failed attempt is retried. Default: the client's.
        extra_json: fields to add to the JSON body.
        idempotency_key: the `Idempotency-Key` header. Default: a random one for each POST.
        follow_redirects: whether redirects are followed; False raises them as `APIStatusError`. Default True.
    """

    params: QueryMapping | None
    headers: HeaderMapping | None
    timeout: TimeoutTypes | NotGiven
    max_retries: int
    extra_json: Mapping[str, object] | None
    idempotency_key: str
    follow_redirects: bool
