"""The same server under the least application: a constant answer. `python -m bench.bare PORT`."""

import sys
from typing import Any

from starlette.types import Receive, Scope, Send

from numberkeep.serving import make_server

BODY = b"x" * 400  # as long as the answer with one contact
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"400"), (b"x-request-id", b"constant")]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer anything with the constant, without reading what was asked."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


def load() -> Any:
    """The application, in the worker's process."""
    return application


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1])).serve(target_loader=load, wrap_loader=False)
