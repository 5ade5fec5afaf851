"""`numberkeep listen`: an account's events as they happen."""

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

from numberkeep.cli.on_database import json_option
from numberkeep.cli.remote import Refused, service

_SILENCE_SECONDS: Final = 45.0
"""Three heartbeats: a connection that says nothing for so long is dead."""

_AGAIN_SECONDS: Final = 1.0
_CTRL_C: Final = 130
"""128 and SIGINT's number, as shells have it of a program that Ctrl-C ended."""

_TRANSIENT: Final = frozenset({429, 502, 503, 504})


@click.command()
@click.option("--after", type=click.IntRange(0), metavar="ID", help="Begin behind this event; 0 for all that are kept.")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only events of this type; may come again.")
@click.option("--count", type=click.IntRange(1), help="End after so many events.")
@json_option
def listen(after: int | None, types: tuple[str, ...], count: int | None, *, as_json: bool) -> None:
    """Print an account's events as they happen, until Ctrl-C, which makes the exit code 130.

    Speaks to the service that SENDBLUE_API_BASE_URL and the API key's variables name. A connection that breaks is made
    again, and nothing is missed.
    """
    params: dict[str, Any] = {"type": types} | ({} if after is None else {"after": after})
    threading.Thread(target=_end_with_reader, daemon=True).start()
    try:
        with service(_SILENCE_SECONDS) as client:
            for data in islice(_followed(client, params), count):
                click.echo(data if as_json else _line(json.loads(data)))
    except KeyboardInterrupt:
        sys.exit(_CTRL_C)  # click would say "Aborted!" of what is the way to end it


def _end_with_reader() -> None:
    """End, as a broken pipe ends every command, when nobody reads any more what is printed: `listen | head -1`.

    While no event comes nothing is printed, and nothing printed would break.
    """
    with suppress(OSError, AttributeError):  # it is no file of the system's, or the system has no poll
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)  # errors are told without being asked for
        poll.poll()
        os._exit(1)


def _followed(client: httpx2.Client, params: dict[str, Any]) -> Iterator[str]:
    """The data of each event, over as many connections as it takes once the first was made."""
    last = ""
    heard = False
    while True:
        headers = {"accept": "text/event-stream"} | ({"last-event-id": last} if last else {})
        try:
            with client.stream("GET", "/api/v2/events", params=params, headers=headers) as answer:
                if not _streams(answer) and not (heard and answer.status_code in _TRANSIENT):
                    answer.read()
                    raise Refused(answer)
                if not heard:
                    click.echo("Listening; Ctrl-C ends it.", err=True)
                    heard = True
                for event in httpx2.EventSource(answer):
                    last = event.id or last
                    if event.data:  # else it is the time to wait and where the stream begins, or a heartbeat
                        yield event.data
        except httpx2.TransportError:  # also for a transient answer, which is no stream
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
        ways = [f"{way} {about[way]}" for way in ("from", "to") if about[way]]  # our own line may not be known
        number = f"{' '.join(ways)} {about['status']}"
    return f"{event['id']}  {event['occurred_at']}  {event['type']}  {number}"
