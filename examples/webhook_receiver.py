"""Receive numberkeep's events, and reject those with an invalid signature (Standard Webhooks).

    export WEBHOOK_SECRET=whsec_...          # as shown by `numberkeep webhooks add`
    .venv/bin/python examples/webhook_receiver.py 9000

If numberkeep runs on the same machine, start the service with NUMBERKEEP_ALLOWED_NETWORKS=127.0.0.0/8 and add
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

# Never "": anyone can sign with an empty key.
SECRET = os.environ.get("WEBHOOK_SECRET") or sys.exit("set WEBHOOK_SECRET to the secret from `numberkeep webhooks add`")
TOLERATED_SECONDS = 300
seen: set[str] = set()  # in production: store it with the effects, in the same transaction


def key_of(secret: str) -> bytes:
    """Return the decoded part after `whsec_` if that is base64, otherwise the bytes of the secret."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True) or secret.encode()
        except ValueError:
            pass
    return secret.encode()


def is_genuine(headers: Message, body: bytes) -> bool:
    """Return whether a holder of the secret has just signed this. Header names are case-insensitive."""
    sent_at = headers.get("webhook-timestamp", "")
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > TOLERATED_SECONDS:
        return False
    signed = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    signature = "v1," + base64.b64encode(hmac.digest(key_of(SECRET), signed, hashlib.sha256)).decode()
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(signature.encode(), each.encode()) for each in given)


class Receiver(BaseHTTPRequestHandler):
    """Receives one event per request."""

    def do_POST(self) -> None:
        """Answer 204 once the event is processed. numberkeep retries after any other answer than 2xx, or none."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_genuine(self.headers, body):
            self.send_error(401)
            return
        if self.headers["webhook-id"] not in seen:  # an event may arrive twice
            seen.add(self.headers["webhook-id"])
            event = json.loads(body)
            print(event["type"], event["id"], flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's names
        """Log nothing."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
