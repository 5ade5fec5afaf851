"""When an attempt is repeated and how long to wait (client-facts.md, "Retries"), without a client."""

import pytest

from sendblue_api._retry import delay, should_retry


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (400, None, False),
        (404, None, False),
        (408, None, True),
        (409, None, True),
        (429, None, True),
        (499, None, False),
        (500, None, True),
        (599, None, True),
        (409, "false", False),
        (503, "false", False),
        (404, "true", True),
        (404, "maybe", False),
        (503, "maybe", True),
    ],
)
def test_which_answers_are_tried_again(status: int, said: str | None, expected: bool) -> None:  # noqa: FBT001
    """408, 409, 429, 500 and above; `x-should-retry` overrides when it says true or false."""
    headers = {} if said is None else {"x-should-retry": said}
    assert should_retry(status, headers) is expected


@pytest.mark.parametrize(
    ("attempt", "expected"), [(0, 0.5), (1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, 8.0), (5000, 8.0)]
)
def test_the_wait_doubles_up_to_eight_seconds(attempt: int, expected: float) -> None:
    """Half a second, doubled, up to 8 seconds; the jitter takes off a quarter at most."""
    assert delay(attempt, {}, jitter=0.0, now=0.0) == expected
    assert delay(attempt, {}, jitter=1.0, now=0.0) == expected * 0.75


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": "60"}, 60.0),
        ({"retry-after": "3600"}, 3600.0),
        ({"retry-after": "0"}, 0.5),
        ({"retry-after": "-3"}, 0.5),
        ({"retry-after": "nan"}, 0.5),
        ({"retry-after": "soon"}, 0.5),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:16:50 GMT"}, 10.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:16:30 GMT"}, 0.5),
        ({"retry-after": "Thu, 01 Jan 1970 01:00:00 GMT"}, 2600.0),
    ],
)
def test_the_service_may_say_how_long(headers: dict[str, str], expected: float) -> None:
    """Milliseconds before seconds or a date, when over 0; else the client's own wait."""
    assert delay(0, headers, jitter=0.0, now=1000.0) == expected
