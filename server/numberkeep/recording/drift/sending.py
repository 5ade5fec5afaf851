"""Sends the requests of a replay: to a service of its own, or to one that runs."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
import msgspec

from numberkeep.domain.identity import KeyPair, new_key_pair
from numberkeep.recording.drift.difference import Answer, Outcome
from numberkeep.recording.drift.own_service import own_service
from numberkeep.recording.drift.replay import Repeated, accepted_pairs, replay
from numberkeep.recording.file import Recording


def drift_in_memory(recording: Recording) -> list[Outcome]:
    """Return what comes of a recording on an empty numberkeep in memory."""
    return asyncio.run(_in_memory(recording))


async def _in_memory(recording: Recording) -> list[Outcome]:
    steps = replay(recording, timed=True)
    async with own_service(accepted_pairs(recording), recording.region) as service:
        try:
            repeated = next(steps)
            while True:
                service.live_at(repeated.at)
                answer = await service.client.send(_request(service.client, repeated, service.pairs))
                repeated = steps.send(_answer(answer))
        except StopIteration as end:
            outcomes: list[Outcome] = end.value
            return outcomes


def drift_on_service(recording: Recording, client: httpx2.Client, pair: KeyPair) -> list[Outcome]:
    """Return what comes of a recording on a service that runs.

    Args:
        recording: what was recorded.
        client: calls the service, without credentials of its own.
        pair: the key pair of an empty account. It stands for the first pair that the recorded service accepted.
    """
    first, *others = accepted_pairs(recording) or [""]
    steps = replay(recording, timed=False, skipped_pairs=others)
    try:
        repeated = next(steps)
        while True:
            repeated = steps.send(_answer(client.send(_request(client, repeated, {first: pair}))))
    except StopIteration as end:
        outcomes: list[Outcome] = end.value
        return outcomes


def _request(
    client: httpx2.Client | httpx2.AsyncClient, repeated: Repeated, pairs: Mapping[str, KeyPair]
) -> httpx2.Request:
    headers = dict(repeated.headers)
    if repeated.body:
        headers["content-type"] = "application/json"
    if repeated.credentials:
        pair = pairs.get(repeated.credentials) or new_key_pair()  # one that the recorded service did not accept either
        headers |= {"sb-api-key-id": pair.key_id, "sb-api-secret-key": pair.secret}
    return client.build_request(
        repeated.method,
        str(client.base_url).rstrip("/") + repeated.target,
        headers=[(name.encode(), value.encode()) for name, value in headers.items()],
        content=repeated.body,
    )


def _answer(response: httpx2.Response) -> Answer:
    body: Any
    try:
        body = msgspec.json.decode(response.content) if response.content else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    return Answer(response.status_code, dict(response.headers), body)
