"""One call with its retries and redirects, through either client."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from sendblue_api import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    ConflictError,
    InternalServerError,
    omit,
)
from unit.sendblue_api.scripted_service import Driver

NUMBER = "+15551234567"
BUSY = httpx2.Response(503)
COUNTED = httpx2.Response(200, json={"count": 3})


async def test_a_failure_is_repeated_until_it_works(api: Driver) -> None:
    """A lost connection and a busy service are both tried again, later each time, with the same body and key."""
    api.answers(httpx2.ReadError("cut"), BUSY, httpx2.Response(200, json={"status": "OK"}))
    await api("contacts.create", number=NUMBER)
    assert len({request.content for request in api.service.requests}) == 1
    assert len({UUID(request.headers["idempotency-key"]).version for request in api.service.requests}) == 1
    assert len({request.headers["idempotency-key"] for request in api.service.requests}) == 1
    assert [request.headers.get("x-stainless-retry-count") for request in api.service.requests] == ["0", "1", "2"]
    first, second = api.pauses
    assert 0.375 <= first <= 0.5
    assert 0.75 <= second <= 1.0


@pytest.mark.parametrize(("max_retries", "attempts"), [(0, 1), (1, 2), (2, 3), (4, 5)])
async def test_the_number_of_attempts(api: Driver, max_retries: int, attempts: int) -> None:
    """One attempt and `max_retries` more; then the last answer is the error."""
    api.connect(max_retries=max_retries)
    api.answers(BUSY)
    with pytest.raises(InternalServerError):
        await api("contacts.count")
    assert len(api.service.requests) == attempts
    assert len(api.pauses) == max_retries


async def test_two_retries_unless_told_otherwise(api: Driver) -> None:
    """The default of the constructor."""
    api.answers(httpx2.ReadError("cut"))
    with pytest.raises(APIConnectionError):
        await api("contacts.count")
    assert len(api.service.requests) == 3


@pytest.mark.parametrize(
    "failure",
    [httpx2.ConnectError("refused"), httpx2.ConnectTimeout("slow"), httpx2.PoolTimeout("busy"), httpx2.Response(429)],
)
async def test_a_verify_that_certainly_sent_nothing_is_repeated(api: Driver, failure: Any) -> None:
    """Without a connection, or refused for coming too soon, no message can have gone out."""
    api.answers(failure, httpx2.Response(200, json={"status": "OK"}))
    assert (await api("contacts.verify", number=NUMBER)).status == "OK"
    assert len(api.service.requests) == 2


@pytest.mark.parametrize(
    "failure",
    [
        httpx2.ReadTimeout("slow"),
        httpx2.ReadError("cut"),
        httpx2.WriteError("cut"),
        httpx2.RemoteProtocolError("cut"),
        httpx2.Response(500),
        httpx2.Response(408),
        httpx2.Response(503, headers={"x-should-retry": "true"}),
        httpx2.Response(429, headers={"x-should-retry": "false"}),
    ],
)
async def test_a_verify_that_may_have_sent_is_not_repeated(api: Driver, failure: Any) -> None:
    """Nobody gets two verification messages for one call, whatever broke behind the service's door."""
    api.answers(failure)
    with pytest.raises(APIError):
        await api("contacts.verify", number=NUMBER)
    assert len(api.service.requests) == 1


async def test_every_post_has_a_key_of_its_own(api: Driver) -> None:
    """A key of the caller's counts instead; other methods are harmless to repeat and have none; it can be off."""
    await api("contacts.create", number=NUMBER)
    await api("contacts.create", number=NUMBER)
    await api("contacts.create", number=NUMBER, extra_headers={"idempotency-key": "mine"})
    await api("contacts.update", NUMBER)
    keys = [request.headers.get("Idempotency-Key") for request in api.service.requests]
    assert len(set(keys)) == 4
    assert keys[2:] == ["mine", None]
    api.connect(default_headers={"Idempotency-Key": omit})
    await api("contacts.create", number=NUMBER)
    assert "Idempotency-Key" not in api.request.headers


async def test_a_retry_count_of_the_caller_s_own_stays(api: Driver) -> None:
    """A header given per call counts over the client's, on every attempt."""
    for given, seen in (("42", ["42", "42"]), (omit, [None, None])):
        api.answers(BUSY, COUNTED)
        await api("contacts.count", extra_headers={"x-stainless-retry-count": given})
        assert [each.headers.get("x-stainless-retry-count") for each in api.service.requests[-2:]] == seen


async def test_the_service_decides_on_a_conflict(api: Driver) -> None:
    """A contact that exists will exist in half a second too: the service says `x-should-retry: false`."""
    api.answers(httpx2.Response(409, headers={"x-should-retry": "false"}))
    with pytest.raises(ConflictError):
        await api("contacts.create", number=NUMBER)
    assert len(api.service.requests) == 1


async def test_the_wait_the_service_asks_for(api: Driver) -> None:
    """`Retry-After` is what is slept."""
    api.answers(httpx2.Response(429, headers={"retry-after": "17"}), COUNTED)
    assert (await api("contacts.count")).count == 3
    assert api.pauses == [17.0]


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "3600"},
        {"retry-after-ms": "3600000"},
        {"retry-after": "3600", "x-should-retry": "true"},
        {"retry-after": "3600", "retry-after-ms": "soon"},
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_long_wait_is_the_caller_s_decision(api: Driver, headers: dict[str, str], status: int) -> None:
    """Over a minute the error comes at once, with the body and the seconds; a second attempt would be in vain."""
    api.answers(httpx2.Response(status, headers=headers, json={"message": "Slow down"}))
    with pytest.raises(APIStatusError) as caught:
        await api("contacts.count")
    assert (len(api.service.requests), api.pauses, caught.value.status_code) == (1, [], status)
    assert str(caught.value) == (
        f"Error code: {status} - {{'message': 'Slow down'}} (not retried: the service asks to wait 3600 s)"
    )
    assert caught.value.body == {"message": "Slow down"}


async def test_a_minute_is_waited_for(api: Driver) -> None:
    """The limit itself counts as a short wait; of an error that is not retried in any case nothing is said."""
    api.answers(httpx2.Response(503, headers={"retry-after": "60"}), COUNTED)
    await api("contacts.count")
    assert api.pauses == [60.0]
    api.answers(httpx2.Response(400, headers={"retry-after": "61"}))
    with pytest.raises(APIStatusError, match=r"^Error code: 400$"):
        await api("contacts.count")


@pytest.mark.parametrize(
    ("failure", "kind", "text"),
    [
        (httpx2.ConnectError("refused"), APIConnectionError, "Connection error."),
        (httpx2.RemoteProtocolError("cut"), APIConnectionError, "Connection error."),
        (httpx2.DecodingError("not gzip"), APIConnectionError, "Connection error."),
        (httpx2.ConnectTimeout("slow"), APITimeoutError, "Request timed out."),
        (httpx2.PoolTimeout("busy"), APITimeoutError, "Request timed out."),
        (OSError("too many open files"), APIConnectionError, "Connection error."),
    ],
)
async def test_when_no_answer_comes(api: Driver, failure: Exception, kind: type[APIConnectionError], text: str) -> None:
    """The error is ours, its cause is httpx2's, and it holds the request."""
    api.answers(failure)
    with pytest.raises(APIConnectionError) as caught:
        await api("contacts.opt_out", number=NUMBER)
    assert type(caught.value) is kind
    assert str(caught.value) == text
    assert caught.value.__cause__ is failure
    assert caught.value.request.content == b'{"number":"+15551234567"}'
    assert caught.value.body is None


async def test_a_request_that_cannot_be_sent_is_not_repeated(api: Driver) -> None:
    """What the caller did wrong stays wrong on the next attempt."""
    api.answers(httpx2.LocalProtocolError("illegal header"))
    with pytest.raises(APIConnectionError):
        await api("contacts.count")
    assert len(api.service.requests) == 1


@pytest.mark.parametrize(
    ("name", "kwargs", "status"),
    [("contacts.count", {}, 302), ("contacts.count", {}, 303), ("contacts.verify", {"number": NUMBER}, 307)],
)
async def test_a_redirect_within_the_origin_is_followed(
    api: Driver, name: str, kwargs: dict[str, Any], status: int
) -> None:
    """The same method, the same body, and the secret, for it is the same service."""
    moved = httpx2.Response(status, headers={"location": "/v3/there?x=1", "set-cookie": "a=1; Path=/"})
    api.answers(moved, httpx2.Response(200, json={"count": 3, "status": "OK"}))
    await api(name, **kwargs)
    first, second = api.service.requests
    assert (second.method, second.content) == (first.method, first.content)
    assert str(second.url) == "http://service.test/v3/there?x=1"
    assert second.headers["sb-api-secret-key"] == "secret-1"
    assert "cookie" not in second.headers
    assert api.pauses == []


@pytest.mark.parametrize(
    "location",
    [
        "https://service.test/api/v2/contacts/count",
        "http://service.test:8181/api/v2/contacts/count",
        "http://evil.test/",
        "//evil.test/",
        "http://service.test@evil.test/",
    ],
)
async def test_a_redirect_to_another_origin_is_refused(api: Driver, location: str) -> None:
    """The key pair goes to the origin it was given for and nowhere else; the error says what to set."""
    api.answers(httpx2.Response(308, headers={"location": location}))
    with pytest.raises(APIStatusError, match="set base_url if the service has moved there") as caught:
        await api("contacts.count")
    assert caught.value.status_code == 308
    assert len(api.service.requests) == 1


async def test_a_redirect_that_would_lose_the_body_is_refused(api: Driver) -> None:
    """A POST answered with 301 is repeated as a GET by browsers: the contact would not be created, without a word."""
    api.answers(httpx2.Response(301, headers={"location": "/elsewhere"}))
    with pytest.raises(APIStatusError, match="redirects the POST to a GET, which has no body"):
        await api("contacts.create", number=NUMBER)
    assert len(api.service.requests) == 1


async def test_a_circle_of_redirects_ends(api: Driver) -> None:
    """Twenty are followed."""
    api.answers(httpx2.Response(307, headers={"location": "/api/v2/contacts/count"}))
    with pytest.raises(APIStatusError, match="no more redirects are followed"):
        await api("contacts.count")
    assert len(api.service.requests) == 21


async def test_cookies_are_not_kept(api: Driver) -> None:
    """A session of the service's load balancer is none of the contacts API."""
    api.answers(httpx2.Response(200, json={"count": 3}, headers={"set-cookie": "session=1; Path=/"}))
    await api("contacts.count")
    await api("contacts.count")
    assert "cookie" not in api.request.headers
