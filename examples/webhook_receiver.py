"""Receive numberkeep's events, and believe none whose signature does not fit: the Standard Webhooks scheme.

    export WEBHOOK_SECRET=whsec_...          # what `numberkeep webhooks add` showed
    .venv/bin/python examples/webhook_receiver.py 9000

For numberkeep and this program on one machine, start the service with NUMBERKEEP_ALLOWED_NETWORKS=127.0.0.0/8 and add
`http://127.0.0.1:9000/`.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer

# Never "": anybody can sign with an empty key.
SECRET = os.environ.get("WEBHOOK_SECRET") or sys.exit("set WEBHOOK_SECRET to what `numberkeep webhooks add` showed")
TOLERATED_SECONDS = 300
seen: set[str] = set()  # in earnest: where the effects are, in the same transaction


def key_of(secret: str) -> bytes:
    """What follows `whsec_` where that is base64, else the secret's own bytes."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True) or secret.encode()
        except ValueError:
            pass
    return secret.encode()


def is_genuine(headers: Message, body: bytes) -> bool:
    """Whether somebody who knows the secret has sent this, a moment ago; headers are found in any case."""
    sent_at = headers.get("webhook-timestamp", "")
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > TOLERATED_SECONDS:
        return False
    signed = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    signature = "v1," + base64.b64encode(hmac.digest(key_of(SECRET), signed, hashlib.sha256)).decode()
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(signature.encode(), each.encode()) for each in given)


class Receiver(BaseHTTPRequestHandler):
    """Takes one event a request."""

    def do_POST(self) -> None:
        """Answer 204 once the event is taken: any answer but 2xx, and none, has it sent again."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_genuine(self.headers, body):
            self.send_error(401)
            return
        if self.headers["webhook-id"] not in seen:  # it may come twice
            seen.add(self.headers["webhook-id"])
            event = json.loads(body)
            print(event["type"], event["id"], flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's names
        """Say nothing of requests."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
