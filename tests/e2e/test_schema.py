"""The service and its OpenAPI document agree: schemathesis sends what the document allows, and what it forbids.

10 requests an operation and way, 200 with --soak.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core.failures import AcceptedNegativeData, Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.openapi.checks import RejectedPositiveData

from numberkeep.http.routes import INBOUND, ROUTES
from support.process import Serving, serving

PAIR: Final = {"NUMBERKEEP_API_KEY": "my-key", "NUMBERKEEP_API_SECRET": "my-secret"}
HEADERS: Final = {"sb-api-key-id": "my-key", "sb-api-secret-key": "my-secret"}
EXAMPLES: Final = 10
OPERATIONS: Final = [f"{route.method} {route.path}" for route in (*ROUTES, INBOUND)]

REFUSED_FOR_OTHER_REASONS: Final = {
    "GET /api/v2/contacts": ("`cursor` belongs to another order", "`offset` must be left out if a cursor is given"),
    "GET /_numberkeep/contacts/count": (
        "`cursor` belongs to another order",
        "`offset` must be left out if a cursor is given",
    ),
    "POST /_numberkeep/actions": ("Missing fields", "`numbers` ", "`for` is for CSV only"),
    "GET /_numberkeep/export": ("`for` is for CSV only", "`where` has two values of"),
    "PUT /_numberkeep/imports/{import_id}": ("`columns` has a column without a name",),
    "POST /_numberkeep/webhooks": ("an account has at most 20 webhooks",),
    "POST /api/account/webhooks": ("an account has at most 20 webhooks",),
    "PUT /api/account/webhooks": ("an account has at most 20 webhooks",),
    "POST /_numberkeep/inbound": ("",),  # the key decides which of the three forms of a body is read
}
"""What a schema cannot say: how fields depend on each other, on the account, and on the headers."""

LISTS: Final = {"tag", "where"}
"""Parameters that may be repeated."""

_phones = st.integers(0, 999).map("+1415555{:04d}".format)
for _format, _texts in {
    "phone": _phones,
    "sender": st.one_of(_phones, st.sampled_from(["12345", "ada@example.com", "BANK"])),
    "uri": st.integers(1, 9).map("http://127.0.0.1:9/{}".format),
    "region": st.sampled_from(["US", "de", "Gb"]),
    "encoding": st.sampled_from(["latin-1", "cp1252", "shift_jis"]),
    "cursor": st.just("WyJjcmVhdGVkX2F0Iix0cnVlLDEsMV0"),
}.items():
    schemathesis.openapi.format(_format, _texts)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Run a service, whose webhooks may lead to this host."""
    folder: Path = tmp_path_factory.mktemp("schema")
    with serving(folder, NUMBERKEEP_ALLOWED_NETWORKS="127.0.0.0/8", **PAIR) as service:
        yield service


@pytest.fixture(scope="module")
def operations(running: Serving) -> dict[str, Any]:
    """Return the operations of the published document, by method and path."""
    schema = schemathesis.openapi.from_url(f"{running.url}/openapi.json")
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return {operation.label: operation for operation in found}


def excused(failure: Failure, case: Any, answer: Any) -> bool:
    """Return whether an answer is right although the schema alone says otherwise."""
    if isinstance(failure, RejectedPositiveData):
        said = json.loads(answer.text)["message"]
        return any(said.startswith(reason) for reason in REFUSED_FOR_OTHER_REASONS.get(case.operation.label, ()))
    if isinstance(failure, AcceptedNegativeData):
        query, body = case.query or {}, case.body if isinstance(case.body, dict) else {}
        return (
            answer.status_code == 413  # a refusal too, which the tool does not know as one
            or [] in query.values()  # which no query can say
            or not all(isinstance(query[name], list) for name in query.keys() & LISTS)  # one text is a list of one
            or query.get("on_error") == "skip"  # errors of rows are in the answer
            or bool(body.keys() & {"phone_number", "phoneNumber"})  # beside the current name they are ignored
        )
    return False


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_requests_are_answered_as_the_document_says(
    operations: dict[str, Any], operation: str, mode: GenerationMode, effort: int
) -> None:
    """Valid ones are accepted, others refused; every answer has a described status and form, and none is a 500."""

    @seed(13)
    @settings(
        max_examples=EXAMPLES * effort,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operations[operation].as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        answer = case.call(headers=HEADERS, timeout=30)
        try:
            case.validate_response(answer)
        except FailureGroup as group:
            for failure in group.exceptions:
                if not excused(failure, case, answer):
                    request = case.method, case.formatted_path, case.query, case.body
                    pytest.fail(f"{failure}\n{str(request)[:2000]}\n{answer.status_code} {answer.text[:2000]}")

    check()
