"""The error tree (client-facts.md, "Errors")."""

import pickle
from typing import Any

import httpx2
import pytest

import sendblue_api
from sendblue_api import APIConnectionError, APIError, APIStatusError, APITimeoutError, NotFoundError, SendblueAPIError
from unit.sendblue_api.scripted_service import Driver

REQUEST = httpx2.Request("GET", "http://service.test/api/v2/contacts/count")


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (405, "APIStatusError"),
        (409, "ConflictError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (500, "InternalServerError"),
        (503, "InternalServerError"),
        (304, "APIStatusError"),
    ],
)
async def test_each_status_has_its_error(api: Driver, status: int, name: str) -> None:
    """The class says what happened, and the error holds all that the service said."""
    body = {"status": "ERROR", "message": "Because"}
    api.connect(max_retries=0)
    api.answers(httpx2.Response(status, json=body, headers={"x-request-id": "r-9"}))
    with pytest.raises(APIStatusError) as caught:
        await api("contacts.count")
    error = caught.value
    assert type(error) is getattr(sendblue_api, name)
    if name not in ("APIStatusError", "InternalServerError"):
        assert getattr(sendblue_api, name).status_code == status
    assert str(error) == error.message == f"Error code: {status} - {body}"
    assert (error.status_code, error.body, error.request_id) == (status, body, "r-9")
    assert error.response.status_code == status
    assert error.request.url == REQUEST.url


@pytest.mark.parametrize(("content", "text"), [(b"", "Error code: 404"), (b"<p>gone", "Error code: 404 - <p>gone")])
async def test_an_error_that_is_not_json(api: Driver, content: bytes, text: str) -> None:
    """A proxy's page is the body as text; without `x-request-id` there is no request id."""
    api.answers(httpx2.Response(404, content=content))
    with pytest.raises(NotFoundError) as caught:
        await api("contacts.count")
    assert (str(caught.value), caught.value.body, caught.value.request_id) == (text, content.decode(), None)


def test_the_tree() -> None:
    """`except` clauses written for the tree catch what they name: a timeout is a connection error, all are ours."""
    assert issubclass(APITimeoutError, APIConnectionError)
    assert issubclass(APIConnectionError, APIError)
    assert issubclass(APIStatusError, APIError)
    assert issubclass(sendblue_api.APIResponseValidationError, APIError)
    assert not issubclass(sendblue_api.APIResponseValidationError, APIStatusError)
    assert issubclass(APIError, SendblueAPIError)


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("gone", response=httpx2.Response(404, request=REQUEST), body={"a": 1}),
        APITimeoutError(REQUEST),
        APIConnectionError(request=REQUEST),
        sendblue_api.APIResponseValidationError(httpx2.Response(200, request=REQUEST), "text"),
    ],
)
def test_an_error_survives_pickling(error: APIError) -> None:
    """A worker process can hand its error to its parent."""
    copy: Any = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(copy) is type(error)
    assert (str(copy), copy.body, copy.request.url) == (str(error), error.body, error.request.url)
    assert getattr(copy, "status_code", None) == getattr(error, "status_code", None)
