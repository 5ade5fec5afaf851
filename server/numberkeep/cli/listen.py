"""`numberkeep listen`: print an account's events as they happen."""

import json
import os
import select
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Final

import click
import httpx2

from numberkeep.cli.exit_codes import ExitCode
from numberkeep.cli.on_service import TRANSIENT, Refused, service
from numberkeep.cli.targets import json_option

_SILENCE_SECONDS: Final = 45.0
"""Three heartbeats: a connection that is silent for longer is dead."""

_AGAIN_SECONDS: Final = 1.0


@click.command()
@click.option("--after", type=click.IntRange(0), metavar="ID", help="Start after this event; 0 starts with the oldest.")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Print only this event type; repeatable.")
@click.option("--count", type=click.IntRange(1), metavar="N", help="Exit after N events.")
@json_option
def listen(after: int | None, types: tuple[str, ...], count: int | None, *, as_json: bool) -> None:
    """Print an account's events as they happen.

    Ctrl-C ends it with exit code 130. After a lost connection it reconnects and misses no event. It calls the service
    that SENDBLUE_API_BASE_URL, SENDBLUE_API_API_KEY and SENDBLUE_API_API_SECRET name.
    """
    params: dict[str, Any] = {"type": types} | ({} if after is None else {"after": after})
    threading.Thread(target=_end_with_reader, daemon=True).start()
    with service(_SILENCE_SECONDS) as client:
        for data in islice(_followed(client, params), count):
            click.echo(data if as_json else _line(json.loads(data)))


def _end_with_reader() -> None:
    """End the process when the reader of stdout is gone, as in `listen | head -1`.

    A broken pipe ends other commands when they print; here nothing is printed until an event arrives.
    """
    with suppress(OSError, AttributeError):  # stdout is not a file, or the system has no poll
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)  # errors are always reported
        poll.poll()
        os._exit(ExitCode.FAILED)


def _followed(client: httpx2.Client, params: dict[str, Any]) -> Iterator[str]:
    """Yield the data of each event, reconnecting as often as necessary once the first connection was made."""
    last = ""
    heard = False
    while True:
        headers = {"accept": "text/event-stream"} | ({"last-event-id": last} if last else {})
        try:
            with client.stream("GET", "/api/v2/events", params=params, headers=headers) as answer:
                if not _streams(answer) and not (heard and answer.status_code in TRANSIENT):
                    answer.read()
                    raise Refused(answer)
                if not heard:
                    click.echo("Listening. Press Ctrl-C to stop.", err=True)
                    heard = True
                for event in httpx2.EventSource(answer):
                    last = event.id or last
                    if event.data:  # else it is the stream's first message, or a heartbeat
                        yield event.data
        except httpx2.TransportError:  # raised for a transient answer too, which is not a stream
            if not heard:
                raise
        time.sleep(_AGAIN_SECONDS)


def _streams(answer: httpx2.Response) -> bool:
    return answer.status_code == 200 and answer.headers.get("content-type", "").startswith("text/event-stream")  # noqa: PLR2004 - OK


def _line(event: dict[str, Any]) -> str:
    data = event["data"]
    about = data.get("contact") or data.get("message") or data
    number = about.get("phone") or about.get("number") or ""
    if "message" in data:
        ways = [f"{way} {about[way]}" for way in ("from", "to") if about[way]]  # the account's own may be unknown
        number = f"{' '.join(ways)} {about['status']}"
    return f"{event['id']}  {event['occurred_at']}  {event['type']}  {number}"
