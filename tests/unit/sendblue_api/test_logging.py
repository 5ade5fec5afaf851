"""What the logs show, and what they never show."""

import logging
import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest

from sendblue_api import APIConnectionError
from sendblue_api._log import configure
from unit.sendblue_api.scripted_service import Driver

NUMBER = "+15551234567"


@pytest.fixture(autouse=True)
def _level_put_back() -> Iterator[None]:
    logger = logging.getLogger("sendblue_api")
    yield
    logger.setLevel(logging.NOTSET)


async def test_a_call_is_one_line_without_anyone_s_data(api: Driver, caplog: pytest.LogCaptureFixture) -> None:
    """Method, path template and status; httpx2's own line of the same call loses the number too."""
    caplog.set_level(logging.DEBUG)
    api.answers(httpx2.Response(500, text="Ada at +15551234567"), httpx2.Response(200, json={"status": "OK"}))
    await api("contacts.update", NUMBER, first_name="Ada", extra_headers={"Authorization": "Bearer hidden"})
    await api("contacts.list", phone_number=NUMBER, extra_query={"q": "Ada"})
    ours = [record.getMessage() for record in caplog.records if record.name == "sendblue_api"]
    assert [line.split(", retry 1 in")[0] for line in ours] == [
        "PUT /api/v2/contacts/{phone_number} 500",
        "PUT /api/v2/contacts/{phone_number}: 500",
        "PUT /api/v2/contacts/{phone_number} 200",
        "GET /api/v2/contacts 200",
    ]
    assert sum(record.name == "httpx2" for record in caplog.records) == 3
    for secret in ("secret-1", "key-1", "5551234567", "Ada", "hidden"):
        assert secret not in caplog.text


async def test_a_failure_is_named(api: Driver, caplog: pytest.LogCaptureFixture) -> None:
    """At level info one sees which call failed, and how."""
    caplog.set_level(logging.INFO, "sendblue_api")
    api.answers(httpx2.ConnectTimeout(f"no answer for {NUMBER}"))
    with pytest.raises(APIConnectionError):
        await api("contacts.delete", NUMBER)
    assert caplog.messages == ["DELETE /api/v2/contacts/{phone_number} failed: ConnectTimeout"]


def test_httpx2_lines_of_other_services_stay_whole(caplog: pytest.LogCaptureFixture) -> None:
    """The program's other calls through httpx2 are logged as they always were."""
    caplog.set_level(logging.INFO, "httpx2")
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200))
    with httpx2.Client(transport=transport) as other:
        other.get("http://other.test/contacts/+15550000000?a=1")
    assert caplog.messages == ['HTTP Request: GET http://other.test/contacts/+15550000000?a=1 "HTTP/1.1 200 OK"']


@pytest.mark.parametrize(
    ("value", "level"),
    [("info", logging.INFO), ("debug", logging.DEBUG), ("loud", logging.NOTSET), (None, logging.NOTSET)],
)
def test_the_level_is_that_of_the_environment(value: str | None, level: int) -> None:
    """`info` or `debug`; anything else changes nothing."""
    configure(value)
    assert logging.getLogger("sendblue_api").level == level


def test_the_environment_alone_makes_the_client_speak() -> None:
    """`SENDBLUE_API_LOG=debug` is enough in a program that set up no logging; the lines go to stderr."""
    program = """if True:
        import httpx2, sendblue_api
        transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json={"status": "OK"}))
        client = sendblue_api.SendblueAPI(api_key="k", api_secret="s", http_client=httpx2.Client(transport=transport))
        client.contacts.delete("+15551234567")
    """
    environment = {"SENDBLUE_API_LOG": "debug"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    (line,) = done.stderr.splitlines()
    assert line.endswith("sendblue_api INFO] DELETE /api/v2/contacts/{phone_number} 200")
    assert done.stdout == ""
