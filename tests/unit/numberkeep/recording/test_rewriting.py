"""Nothing that was said reaches the file: whole exchanges with planted values."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numberkeep.recording.exchange import SeenAnswer, SeenRequest
from numberkeep.recording.fictitious import Fictitious
from numberkeep.recording.rewriting import Rewriter

_LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=8, max_size=16)
_NAMES = _LETTERS.map(lambda text: f"Zq{text}")
_PHONES = (
    st.integers(2_000_000, 9_999_999).map(lambda local: f"+1415{local}").filter(lambda phone: "55501" not in phone)
)
_EMAILS = st.builds(lambda user, host: f"{user}@{host}.test", _LETTERS, _LETTERS)
_SECRETS = st.text("0123456789abcdef", min_size=16, max_size=40)
_PLANTED = st.one_of(_NAMES, _PHONES, _EMAILS, _SECRETS)
_FIELDS = st.sampled_from(
    (
        *("number", "phone", "from", "contact_ids", "first_name", "lastName", "companyName", "assigned_to_email"),
        *("custom_variables", "tags", "content", "text", "message", "error_message", "errors", "error", "detail"),
        *("status", "type", "order_by", "limit", "total", "created_at", "date_sent", "request_id", "id", "cid"),
        *("contact_id", "message_handle", "media_url", "status_callback", "webhooks", "secret", "globalSecret"),
        *("nickname", "anything_else", "hasMore", "cursor", "field", "index", "service", "error_code"),
    )
)


def _around(planted: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Return JSON with planted values: alone, in sentences, as keys, in lists and in URLs."""
    texts = st.one_of(
        planted,
        planted.map(lambda text: f"Contact {text} already exists"),
        planted.map(lambda text: f'`number` must be a number, not "{text}".'),
        planted.map(lambda text: f"https://hooks.test/{quote(text)}?who={quote_plus(text)}"),
        planted.map(lambda text: f" {text}\n"),
    )
    leaves = st.one_of(texts, st.none(), st.booleans(), st.integers(0, 99))
    keys = st.one_of(_FIELDS, planted.filter(_is_data))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
        max_leaves=12,
    )


def _is_data(key: str) -> bool:
    """Return whether a key cannot be the name of a field: those stay, and begin with a small letter."""
    return not key[0].islower()


@st.composite
def _exchanges(draw: st.DrawFn) -> tuple[list[str], SeenRequest, SeenAnswer]:
    planted = draw(st.lists(_PLANTED, min_size=1, max_size=4, unique=True))
    value = st.sampled_from(planted)
    raw, name = draw(value), draw(st.one_of(_FIELDS, value.filter(_is_data)))
    how = draw(st.sampled_from((quote, lambda text: quote(text, safe="+@"), quote_plus)))
    path = draw(st.sampled_from(("api/v2/contacts", "api/v2/messages", "x")))
    target = f"/{path}/{how(draw(value))}?{how(name)}={how(raw)}"
    secret = draw(_SECRETS)
    link = f'<http://upstream.test{target}>; rel="next"'
    request = SeenRequest(
        at=datetime(2026, 11, 30, 4, 5, 6, 7, UTC),
        method=draw(st.sampled_from(("GET", "POST", "SECRETMETHOD"))),
        target=target,
        headers=[
            (b"sb-api-key-id", f"key-{secret}".encode()),
            (b"sb-api-secret-key", secret.encode()),
            (b"authorization", f"Bearer {secret}".encode()),
            (b"content-type", f"application/json; x={raw}".encode()),
            (b"idempotency-key", raw.encode()),
            (b"user-agent", raw.encode()),
        ],
        body=json.dumps(draw(_around(value))).encode(),
    )
    answer = SeenAnswer(
        status=200,
        headers=[(b"link", link.encode()), (b"retry-after", raw.encode()), (b"x-request-id", raw.encode())],
        body=json.dumps(draw(_around(value))).encode(),
    )
    return [*planted, secret], request, answer


@settings(derandomize=True, max_examples=250, deadline=None)
@given(made=_exchanges())
@example(
    made=(
        ["Zqlovelace"],
        SeenRequest(
            at=datetime(2026, 1, 1, tzinfo=UTC), method="GET", target="/Zqlovelace", headers=[], body=b"{Zqlovelace"
        ),
        SeenAnswer(status=200, headers=[], body=b"Zqlovelace,1"),
    )
)
def test_no_planted_value_survives(made: tuple[list[str], SeenRequest, SeenAnswer]) -> None:
    """In no form: as it is, in another case, percent-encoded, without `+`, or a part of an address."""
    planted, request, answer = made
    exchange = Rewriter(Fictitious(b"key", "US")).exchange(request, answer)
    text = msgspec.json.encode(exchange).decode().lower()
    for value in planted:
        for form in {value, value.removeprefix("+"), quote(value), *value.split("@")}:
            assert form.lower() not in text, form


def _recorded(request_body: bytes, **headers: str) -> Any:
    request = SeenRequest(
        at=datetime(2026, 1, 1, tzinfo=UTC),
        method="POST",
        target="/api/v2/contacts",
        headers=[(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        body=request_body,
    )
    exchange = Rewriter(Fictitious(b"key", "US")).exchange(request, SeenAnswer(status=200, headers=[], body=None))
    return msgspec.to_builtins(exchange)


def test_what_is_no_json_is_left_out() -> None:
    """It says why, so that the comparison can say it too."""
    assert _recorded(b"first_name=Ada")["request"]["left_out"] == "it is not JSON"
    assert _recorded(b"{}", content_encoding="gzip")["request"]["left_out"] == "it is compressed"
    assert _recorded(b"[" * 100_000)["request"]["left_out"] == "it is not JSON"
    assert _recorded(b"{}")["answer"]["left_out"] == "it is too large"
    assert "body" not in _recorded(b"")["request"]


def test_a_body_keeps_its_shape() -> None:
    """Types, keys and what APIs say stay; so does null."""
    body: dict[str, Any] = {
        "number": 14158675309,
        "first_name": None,
        "tags": [],
        "update_if_exists": True,
        "limit": 5,
        "age": 41,
    }
    made = _recorded(json.dumps(body).encode())["request"]["body"]
    assert list(made) == list(body)
    assert (made["first_name"], made["tags"], made["update_if_exists"], made["limit"]) == (None, [], True, 5)
    assert made["age"] != 41
    assert str(made["number"]).startswith("1")


def test_labels_are_replaced_at_every_depth() -> None:
    """What people write as keys is as personal as what they write as values."""
    for name in ("custom_variables", "metadata"):
        body = {name: {"plan": {"lovelace": ["hopper", {"zuse": 1}]}}}
        made = json.dumps(_recorded(json.dumps(body).encode())["request"]["body"])
        assert not [word for word in ("plan", "lovelace", "hopper", "zuse") if word in made]


def test_very_deep_values_are_left_out() -> None:
    """No answer of the API is that deep."""
    assert "deepest" not in json.dumps(_recorded(b'{"a":' * 60 + b'"deepest"' + b"}" * 60))


def test_key_pairs_are_named_in_their_order() -> None:
    """Whether two requests had the same pair is known, and nothing else."""
    rewriter = Rewriter(Fictitious(b"key", "US"))

    def pair(key: bytes, secret: bytes) -> str:
        headers = [(b"sb-api-key-id", key), (b"sb-api-secret-key", secret)]
        request = SeenRequest(at=datetime(2026, 1, 1, tzinfo=UTC), method="GET", target="/", headers=headers)
        return rewriter.exchange(request, SeenAnswer(status=200, headers=[])).request.credentials

    assert [pair(b"a", b"b"), pair(b"a", b"c"), pair(b"a", b"b"), pair(b"a", b"")] == ["pair-1", "pair-2", "pair-1", ""]
