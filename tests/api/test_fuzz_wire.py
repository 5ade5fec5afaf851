"""No input causes a 500, tested with Hypothesis."""

import json
from typing import Any, Final
from urllib.parse import quote

import anyio.from_thread
import httpx2
from hypothesis import given, settings
from hypothesis import strategies as st

from numberkeep.carriers.settings import Carriers
from numberkeep.http.routes import ROUTES
from numberkeep.operations.operation import Download
from numberkeep.store.contract import Store
from support.api import FIRST, running_service
from support.inbound import INBOUND, signed, signing

FIELDS: Final = [
    "number",
    "phone",
    "first_name",
    "firstName",
    "tags",
    "custom_variables",
    "contacts",
    "contact_ids",
    "opted_out",
    "update_if_exists",
    "created_at",
    "verified",
    "contact_id",
    "sendblue_number",
    "from",
    "to",
    "content",
    "handle",
    "message_handle",
    "is_outbound",
    "url",
    "types",
    "secret",
    "webhook",
]
PARAMETERS: Final = [
    "cid",
    "cursor",
    "limit",
    "offset",
    "order_by",
    "phone_number",
    "tag",
    "created_at_gte",
    "on_error",
    "account",
    "format",
    "for",
    "where",
    "q",
    "created_after",
]

texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["+14155552671", "4155552671", "", "\0", "2026-01-01T00:00:00Z", "0" * 16, "-1", "1e9", "WyJ4Il0"]),
)
ways = st.sampled_from([dict(signing("hush")), {"sb-api-key-id": FIRST.key_id, "sb-api-secret-key": FIRST.secret}])
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.sampled_from(FIELDS), texts), inner, max_size=5)
    ),
    max_leaves=12,
)
bodies = st.one_of(
    st.binary(max_size=60),
    values.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.sampled_from(FIELDS), values, max_size=6).map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries({"contacts": st.lists(st.dictionaries(st.sampled_from(FIELDS), values, max_size=4))}).map(
        lambda value: json.dumps(value).encode()
    ),
)
queries = st.dictionaries(st.one_of(st.sampled_from(PARAMETERS), texts), texts, max_size=4)


def test_no_input_causes_a_server_error(engine: Store, effort: int) -> None:
    """For any body, query and path, every operation responds below 500, all errors are JSON, and the store works."""
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(running_service(store=engine)) as service,
        portal.wrap_async_context_manager(service.wire()) as wire,
    ):

        @settings(max_examples=300 * effort, deadline=None, derandomize=True)
        @given(st.sampled_from(ROUTES), bodies, queries, st.one_of(st.just("+14155552671"), texts))
        def ask(route: Any, body: bytes, query: dict[str, str], number: str) -> None:
            part = quote(number, safe="") or "x"
            path = route.path.replace("{phone_number}", part).replace("{webhook_id}", part)
            url = httpx2.URL(f"http://numberkeep.test{path}", params=query)
            answer = portal.call(lambda: wire.request(route.method, url, content=body))
            assert answer.status_code < 500, answer.text
            if route.operation.output is not Download or answer.status_code != 200:
                assert isinstance(answer.json(), dict | list)
            if answer.status_code >= 400:
                assert answer.json()["status"] == "ERROR"

        ask()
        assert portal.call(lambda: wire.get("/health/ready")).status_code == 200


def test_no_message_causes_a_server_error(engine: Store, effort: int) -> None:
    """For any JSON or signed form, inbound responds below 500 and the store works."""
    carriers = Carriers("hush", "token", "http://numberkeep.test")
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(running_service(store=engine, carriers=carriers)) as service,
        portal.wrap_async_context_manager(service.wire(None)) as wire,
    ):

        @settings(max_examples=150 * effort, deadline=None, derandomize=True)
        @given(bodies, queries, ways)
        def send(body: bytes, query: dict[str, str], way: dict[str, str]) -> None:
            url = httpx2.URL(f"http://numberkeep.test{INBOUND}", params=query)
            answer = portal.call(lambda: wire.post(url, content=body, headers=way))
            assert answer.status_code < 500, answer.text

        @settings(max_examples=100 * effort, deadline=None, derandomize=True)
        @given(st.dictionaries(st.sampled_from(["From", "To", "Body", "MessageSid", "NumMedia"]), texts))
        def send_form(form: dict[str, str]) -> None:
            answer = portal.call(lambda: wire.post(INBOUND, data=form, headers=signed(INBOUND, form, "token")))
            assert answer.status_code in {200, 400}, answer.text

        send()
        send_form()
        assert portal.call(lambda: wire.get("/health/ready")).status_code == 200
