"""A request, as endpoints see it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from numberkeep.domain.limits import MAX_BODY_BYTES
from numberkeep.http.body import check_headers, read_body
from numberkeep.http.budget import Budget
from numberkeep.http.query import query_pairs
from numberkeep.http.request_ids import request_id_for
from numberkeep.http.upload import read_pieces


@dataclass(slots=True)
class Request:
    """One request. Not frozen: one is built for every request.

    Attributes:
        scope: its ASGI scope.
        receive: its ASGI channel for the body.
        send: its ASGI channel for the answer, used only by endpoints that stream.
        key_id: the API key's id; `b""` if there is none.
        secret: the API key's secret, likewise.
        request_id: its id in the log and in the answer.
        budget: what its large body and answer count against.
        account_id: whose request it is; 0 until it is authenticated.
        held: the bytes that were counted.
        argument: the part of the path that stands for an argument; `""` if there is none.
        operation: the name of what answers it, for logs and metrics; `none` if nothing does.
        status: the status of an answer that its endpoint has sent.
        unread: whether it was answered before its body was read.
    """

    scope: Scope
    receive: Receive
    send: Send
    key_id: bytes
    secret: bytes
    request_id: str
    budget: Budget
    account_id: int = 0
    held: int = 0
    argument: str = ""
    operation: str = "none"
    status: int = 200
    unread: bool = False

    @classmethod
    def of(cls, scope: Scope, receive: Receive, send: Send, budget: Budget) -> "Request":
        """Return the request of an ASGI call."""
        key_id = secret = given_id = b""
        for name, value in scope["headers"]:
            if name == b"sb-api-key-id":
                key_id = value
            elif name == b"sb-api-secret-key":
                secret = value
            elif name == b"x-request-id":
                given_id = value
        return cls(scope, receive, send, key_id, secret, request_id_for(given_id), budget)

    @property
    def method(self) -> str:
        """The HTTP method, in capitals."""
        method: str = self.scope["method"]
        return method

    def header(self, name: bytes) -> bytes | None:
        """Return the first header of this lower-case name; None if there is none."""
        return next((value for given, value in self.scope["headers"] if given == name), None)

    def last_header(self, name: bytes) -> bytes | None:
        """Return the last header of this lower-case name, which the nearest proxy set; None if there is none."""
        return next((value for given, value in reversed(self.scope["headers"]) if given == name), None)

    def query(self) -> list[tuple[str, str]]:
        """Return the names and values of the query.

        Raises:
            InvalidInput: there are too many.
        """
        return query_pairs(self.scope["query_string"])

    async def body(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """Read and return the body; errors as for `read_body` and `hold`."""
        return await read_body(self.scope, self.receive, limit, count=self.hold)

    def pieces(self, limit: int) -> AsyncIterator[bytes]:
        """Return the body piece by piece; errors as for `check_headers` and `read_pieces`."""
        check_headers(self.scope, limit)
        return read_pieces(self.receive, limit)

    async def disconnected(self) -> None:
        """Wait until the client has disconnected; what it still sends of a body is dropped."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    def hold(self, size: int, *, always: bool = False) -> None:
        """Count bytes until `release`; arguments and errors as for `Budget.take`."""
        self.budget.take(self.account_id, size, always=always)
        self.held += size

    def release(self) -> None:
        """Stop counting what was held."""
        self.budget.give_back(self.account_id, self.held)
        self.held = 0
