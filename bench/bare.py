"""The same server with a minimal application that returns a constant answer. `python -m bench.bare PORT`."""

import sys
from typing import Any

from starlette.types import Receive, Scope, Send

from numberkeep.serving import make_server

BODY = b"x" * 400  # the length of an answer with one contact
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"400"), (b"x-request-id", b"constant")]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every request with the constant, without reading it."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


def load() -> Any:
    """Return the application, in the worker process."""
    return application


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1])).run(load)
