"""`numberkeep simulate`: what a person would do, for trials and tests."""

from typing import Any, Final

import click

from numberkeep.cli.on_database import json_option
from numberkeep.cli.remote import Refused, service

_SECONDS: Final = 60.0


@click.group()
def simulate() -> None:
    """Do what a person would do; speaks to the service that SENDBLUE_API_BASE_URL and the API key's variables name."""


@simulate.command()
@click.argument("number")
@click.argument("text")
@click.option("--handle", help="What the carrier calls the message; one that came before changes nothing.")
@json_option
def reply(number: str, text: str, handle: str | None, *, as_json: bool) -> None:
    """Write TEXT to the account from the phone NUMBER, as a person would."""
    body = {"from": number, "content": text, "handle": handle}
    with service(_SECONDS) as client:
        answer = client.post("/_numberkeep/inbound", json=body)
    if answer.status_code != 200:  # noqa: PLR2004 - OK
        raise Refused(answer)
    try:
        told = _told(answer.json())
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(answer) from error
    click.echo(answer.text if as_json else told)


def _told(received: dict[str, Any]) -> str:
    number = received["number"]
    if received["duplicate"]:
        return f"{number} wrote that before: nothing changed"
    told = [
        *(["is verified now"] if received["verified"] else []),
        *(["has opted out"] if received["opted_out"] is True else []),
        *(["has opted in"] if received["opted_out"] is False else []),
    ]
    return f"{number} {' and '.join(told) or 'wrote; nothing waited for it'}"
