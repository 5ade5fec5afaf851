"""Measure the client that is installed in this environment, and print one number.

`python -I bench/client_worker.py CLIENT JOB URL FOLDER SECONDS`, with CLIENT `ours` or `official`. FOLDER has recorded
answers of the service: `one.json`, `created.json` and `all.json`. It imports only the client and the standard library,
because its environments have nothing else.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import sendblue_api

TASKS: Final = 100
WARMING: Final = 0.25
"""The length of the warm-up, as a fraction of the measured time."""
FIRST_NAME: Final = {"ours": "first_name", "official": "body_first_name_1"}
LAST_NAME: Final = {"ours": "last_name", "official": "body_last_name_1"}
HTTP: Final = {"ours": "httpx2", "official": "httpx"}
# A failed attempt ends the run, because a retried one would be measured as a slow call.
SETTINGS: Final[dict[str, Any]] = {"api_key": "bench", "api_secret": "bench-secret", "max_retries": 0}


class Job:
    """The measurements; each method returns a rate.

    Args:
        client: `ours` or `official`.
        url: the URL of the service.
        folder: the recorded answers.
        seconds: how long to measure.
    """

    def __init__(self, client: str, url: str, folder: Path, seconds: float) -> None:
        self.client = client
        self.url = url
        self.folder = folder
        self.seconds = seconds
        self.phones = [row["phone"] for row in json.loads((folder / "all.json").read_bytes())]

    def mock_retrieve(self) -> float:
        """Return calls per second of CPU, on a transport that answers immediately."""
        contacts = self._on_mock("one.json")
        [phone] = self.phones[:1]
        return self._per_cpu_second(lambda: contacts.retrieve(phone))

    def mock_create(self) -> float:
        """Return calls per second of CPU, on a transport that answers immediately."""
        contacts = self._on_mock("created.json")
        [phone] = self.phones[:1]
        fields: dict[str, Any] = {FIRST_NAME[self.client]: "Ada", LAST_NAME[self.client]: "Lovelace"}
        return self._per_cpu_second(lambda: contacts.create(number=phone, tags=["customer"], **fields))

    def decode(self) -> float:
        """Return contacts per second of CPU, decoded from one answer."""
        contacts = self._on_mock("all.json")
        listed = contacts.list()
        if [each.phone for each in listed] != self.phones:
            sys.exit("The listing differs from what the service sent.")
        return self._per_cpu_second(contacts.list) * len(listed)

    def loopback(self) -> float:
        """Return calls per second against the service, one after another."""
        contacts = sendblue_api.SendblueAPI(**SETTINGS, base_url=self.url).contacts
        phones = cycle(self.phones)
        return self._repeated(lambda: contacts.retrieve(next(phones)), time.perf_counter)

    def concurrent(self) -> float:
        """Return calls per second against the service, 100 at a time, on the default transport."""
        return asyncio.run(self._at_once())

    def concurrent_aiohttp(self) -> float:
        """Return calls per second against the service, 100 at a time, on aiohttp."""
        return asyncio.run(self._at_once(sendblue_api.DefaultAioHttpClient))

    def _on_mock(self, answer: str) -> Any:
        http: Any = import_module(HTTP[self.client])
        body = (self.folder / answer).read_bytes()

        def respond(_request: object) -> Any:
            return http.Response(200, content=body, headers={"content-type": "application/json"})

        http_client = http.Client(transport=http.MockTransport(respond))
        return sendblue_api.SendblueAPI(**SETTINGS, base_url=self.url, http_client=http_client).contacts

    def _per_cpu_second(self, call: Callable[[], object]) -> float:
        return self._repeated(call, time.process_time)

    def _repeated(self, call: Callable[[], object], clock: Callable[[], float]) -> float:
        rate = 0.0
        for seconds in (self.seconds * WARMING, self.seconds):
            calls = 0
            began, end = clock(), time.perf_counter() + seconds
            while not calls or time.perf_counter() < end:
                call()
                calls += 1
            rate = calls / (clock() - began)
        return rate

    async def _at_once(self, transport: Callable[[], Any] | None = None) -> float:
        http_client = transport() if transport else None
        calls = 0
        async with sendblue_api.AsyncSendblueAPI(**SETTINGS, base_url=self.url, http_client=http_client) as client:

            async def repeat(phone: str, end: float) -> None:
                nonlocal calls
                while time.perf_counter() < end:
                    await client.contacts.retrieve(phone)
                    calls += 1

            rate = 0.0
            for seconds in (self.seconds * WARMING, self.seconds):
                calls = 0
                began = time.perf_counter()
                await asyncio.gather(*(repeat(phone, began + seconds) for phone in self.phones[:TASKS]))
                rate = calls / (time.perf_counter() - began)
        return rate


def main() -> None:
    """Run the job that the command line names."""
    client, job, url, folder, seconds = sys.argv[1:]
    print(getattr(Job(client, url, Path(folder), float(seconds)), job)())


if __name__ == "__main__":
    main()
