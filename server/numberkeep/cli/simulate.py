"""`numberkeep simulate`: do what a person would do, for tests."""

from typing import Any, Final

import click

from numberkeep.cli.on_service import Refused, read_json, service
from numberkeep.cli.targets import json_option

_SECONDS: Final = 60.0


@click.group()
def simulate() -> None:
    """Simulate messages from people, for tests.

    Calls the service that SENDBLUE_API_BASE_URL, SENDBLUE_API_API_KEY and SENDBLUE_API_API_SECRET name.
    """


@simulate.command()
@click.argument("number")
@click.argument("text")
@click.option("--handle", help="The carrier's id of the message; repeating one changes nothing.")
@json_option
def reply(number: str, text: str, handle: str | None, *, as_json: bool) -> None:
    """Send TEXT from the phone NUMBER to the account."""
    body = {"from": number, "content": text, "handle": handle}
    with service(_SECONDS) as client:
        answer = client.post("/_numberkeep/inbound", json=body)
    try:
        effect = _effect(read_json(answer))
    except (KeyError, TypeError) as error:
        raise Refused(answer) from error
    click.echo(answer.text if as_json else effect)


def _effect(received: dict[str, Any]) -> str:
    number = received["number"]
    if received["duplicate"]:
        return f"{number} is unchanged: this message was already received"
    effects = [
        *(["is now verified"] if received["verified"] else []),
        *(["opted out"] if received["opted_out"] is True else []),
        *(["opted in"] if received["opted_out"] is False else []),
    ]
    return f"{number} {' and '.join(effects) or _unchanged(received['meaning'], received['review'])}"


def _unchanged(meaning: str | None, review: int | None) -> str:
    if meaning == "unclear" and review is not None:
        return (
            f"is unchanged: the reply is unclear, so decide it with `numberkeep consent decide {review} opt-out|keep`"
        )
    reasons = {
        "unclear": "the reply is unclear, and the number is opted out or waits for other decisions",
        "help": "the reply asks for help",
        None: "the sender is not a phone number",
    }
    return f"is unchanged: {reasons.get(meaning, 'no verification was pending')}"
