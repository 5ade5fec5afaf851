"""One measurement of the client that is installed here, whichever of the two it is; prints one number.

`python -I bench/client_worker.py CLIENT JOB URL FOLDER SECONDS`, with CLIENT `ours` or `official`. FOLDER has answers
of the service as it sent them: `one.json`, `created.json` and `all.json`. It needs nothing but the client, for it runs
in environments that have nothing else.
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
"""The part of the measured time that is run before, and not counted."""
FIRST_NAME: Final = {"ours": "first_name", "official": "body_first_name_1"}
LAST_NAME: Final = {"ours": "last_name", "official": "body_last_name_1"}
HTTP: Final = {"ours": "httpx2", "official": "httpx"}
# An attempt that fails ends the run: a repeated one would be measured as a slow call.
SETTINGS: Final[dict[str, Any]] = {"api_key": "bench", "api_secret": "bench-secret", "max_retries": 0}


class Job:
    """The measurements, each a method that gives a rate.

    Args:
        client: `ours` or `official`.
        url: where the service listens.
        folder: the prepared answers.
        seconds: how long to measure.
    """

    def __init__(self, client: str, url: str, folder: Path, seconds: float) -> None:
        self.client = client
        self.url = url
        self.folder = folder
        self.seconds = seconds
        self.phones = [row["phone"] for row in json.loads((folder / "all.json").read_bytes())]

    def mock_retrieve(self) -> float:
        """Calls for a second of CPU, on a transport that answers at once."""
        contacts = self._on_mock("one.json")
        [phone] = self.phones[:1]
        return self._per_cpu_second(lambda: contacts.retrieve(phone))

    def mock_create(self) -> float:
        """Calls for a second of CPU, on a transport that answers at once."""
        contacts = self._on_mock("created.json")
        [phone] = self.phones[:1]
        fields: dict[str, Any] = {FIRST_NAME[self.client]: "Ada", LAST_NAME[self.client]: "Lovelace"}
        return self._per_cpu_second(lambda: contacts.create(number=phone, tags=["customer"], **fields))

    def decode(self) -> float:
        """Contacts for a second of CPU, out of one answer."""
        contacts = self._on_mock("all.json")
        listed = contacts.list()
        if [each.phone for each in listed] != self.phones:
            sys.exit("The listing is not what the service sent.")
        return self._per_cpu_second(contacts.list) * len(listed)

    def loopback(self) -> float:
        """Calls a second against the service, one after the other."""
        contacts = sendblue_api.SendblueAPI(**SETTINGS, base_url=self.url).contacts
        phones = cycle(self.phones)
        return self._repeated(lambda: contacts.retrieve(next(phones)), time.perf_counter)

    def concurrent(self) -> float:
        """Calls a second against the service, 100 at a time, on the default transport."""
        return asyncio.run(self._at_once())

    def concurrent_aiohttp(self) -> float:
        """The same on aiohttp."""
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
    """Measure what the command line asks for."""
    client, job, url, folder, seconds = sys.argv[1:]
    print(getattr(Job(client, url, Path(folder), float(seconds)), job)())


if __name__ == "__main__":
    main()
