"""`numberkeep consent review` and `numberkeep consent decide`: unclear replies, and what they mean."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
import httpx2
import msgspec

from numberkeep.cli.exit_codes import Failure
from numberkeep.cli.on_database import time_text
from numberkeep.cli.on_service import Refused, read_json
from numberkeep.cli.targets import either, either_options, json_option
from numberkeep.domain.errors import ReviewNotFound
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_PAGE
from numberkeep.service import reviews as service
from numberkeep.service.context import Context
from numberkeep.wire.reviews import ReviewOut, review_out

_PATH = "/_numberkeep/consent/review"
_NOT_FOUND = 404


@click.command("review")
@either_options
@json_option
def review(database: str | None, account: str | None, *, as_json: bool) -> None:
    """List the replies that wait for a decision, oldest first.

    They may be refusals, and say so until `decide` says what they mean.

    The deadline is ten weekdays after the reply: US law allows ten business days to honor a refusal.
    """

    async def stored(context: Context, found: Account) -> Sequence[ReviewOut]:
        listed: list[ReviewOut] = []
        while page := await service.waiting(context, found, listed[-1].id if listed else 0, MAX_PAGE):
            listed += map(review_out, page)
        return listed

    def called(client: httpx2.Client) -> Sequence[ReviewOut]:
        listed: list[ReviewOut] = []
        query = {"limit": str(MAX_PAGE)}
        while page := read_json(answer := client.get(_PATH, params=query)):
            try:
                listed += msgspec.convert(page, list[ReviewOut])
            except msgspec.ValidationError:
                raise Refused(answer) from None
            query["cursor"] = str(listed[-1].id)
        return listed

    listed = either(database, account, on_service=called, on_database=stored)
    if as_json:
        click.echo(json.dumps([_shown(each) for each in listed]))
        return
    for each in listed:
        by = "overdue since" if each.deadline < datetime.now(UTC) else "decide by"
        wording = json.dumps(each.wording, ensure_ascii=False)
        click.echo(f"{each.id}  {each.number}  {time_text(each.at)}  {by} {time_text(each.deadline)}  {wording}")
    counted = f"{len(listed)} {'reply waits' if len(listed) == 1 else 'replies wait'} for a decision"
    click.echo(f"{counted}: `numberkeep consent decide ID opt-out|keep`." if listed else "No reply waits.", err=True)


@click.command("decide")
@click.argument("review_id", metavar="ID", type=click.IntRange(min=1))
@click.argument("decision", type=click.Choice(["opt-out", "keep"]))
@either_options
@json_option
def decide(review_id: int, decision: str, database: str | None, account: str | None, *, as_json: bool) -> None:
    """Decide what the reply ID means.

    `opt-out` opts its number out, and `keep` changes nothing.
    """
    unknown = Failure(f"there is no review {review_id}: `numberkeep consent review` lists them")

    async def stored(context: Context, found: Account) -> ReviewOut:
        try:
            return review_out(await service.decide(context, found, review_id, opts_out=decision == "opt-out"))
        except ReviewNotFound:
            raise unknown from None

    def called(client: httpx2.Client) -> ReviewOut:
        answer = client.post(f"{_PATH}/{review_id}", json={"decision": decision})
        if answer.status_code == _NOT_FOUND:
            raise unknown
        body = read_json(answer)
        try:
            return msgspec.convert(body["review"], ReviewOut)
        except (KeyError, TypeError, msgspec.ValidationError):
            raise Refused(answer) from None

    decided = either(database, account, on_service=called, on_database=stored, does="Decided in")
    if as_json:
        click.echo(json.dumps(_shown(decided)))
    elif decision == "opt-out":
        click.echo(f"{decided.number} is opted out.", err=True)
    else:
        click.echo(f"{decided.number} is unchanged.", err=True)


def _shown(review: ReviewOut) -> Mapping[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(review)
    return shown | {"at": time_text(review.at), "deadline": time_text(review.deadline)}
