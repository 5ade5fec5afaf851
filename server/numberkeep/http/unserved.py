"""The paths of the hosted API that numberkeep does not serve: they answer 501 instead of 404.

So a caller can tell a path that numberkeep lacks from one that does not exist.

Source: the methods and paths that the hosted service's client 1.33.0 calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from numberkeep.http.answer import Answer
from numberkeep.http.endpoint import NO_OPERATION, Api
from numberkeep.http.request import Request
from numberkeep.http.request_errors import MethodNotAllowed, NotServed

UNSERVED: Final = "unserved"
"""The name of these paths, for logs and metrics."""

_GROUPS: Final = "group messages: send a message to each number"
_LOCATIONS: Final = "locations of phones: call the hosted service for them"
_LINES: Final = "the management of lines: call the hosted service for it"
_SEATS: Final = "seats: call the hosted service for them"
_CODES: Final = "one-time passwords: call the hosted service for them"
_VERIFY: Final = "verification services: use POST /api/v2/contacts/verify"
_TOKENS: Final = "tokens: authenticate with an API key and its secret"

_GET: Final = ("GET",)
_POST: Final = ("POST",)

PATHS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "/api/evaluate-service": (_GET, "lookups of a number's service: call the hosted service for them"),
    "/api/lines/{sendblue_number}/call-forwarding": (("DELETE", "GET", "PUT"), _LINES),
    "/api/location": (_GET, _LOCATIONS),
    "/api/location/{number}": (_GET, _LOCATIONS),
    "/api/location/{number}/watch": (_GET, _LOCATIONS),
    "/api/messages/{message_handle}/update-app-card": (_POST, "app cards: send a text or a file"),
    "/api/modify-group": (_POST, _GROUPS),
    "/api/request-location": (_POST, _LOCATIONS),
    "/api/send-carousel": (_POST, "carousels: send each file in a message"),
    "/api/send-group-message": (_POST, _GROUPS),
    "/api/send-typing-indicator": (_POST, "typing indicators: leave the call out"),
    "/api/upload-media-object": (_POST, "uploads of files to send: name the file by its `media_url`"),
    "/api/v2/groups/{group_id}": (_GET, _GROUPS),
    "/api/v2/groups/{group_id}/name": (_POST, _GROUPS),
    "/api/v2/groups/{group_id}/photo": (_POST, _GROUPS),
    "/api/v2/lines/contact-status": (_GET, _LINES),
    "/api/v2/lines/state": (_GET, _LINES),
    "/api/v2/lines/usage": (_GET, _LINES),
    "/api/v2/seats": (_GET, _SEATS),
    "/api/v2/seats/count": (_GET, _SEATS),
    "/api/v2/seats/{seat_id}": (_GET, _SEATS),
    "/api/v2/totp/code/{secret_id}": (_GET, _CODES),
    "/api/v2/totp/secrets": (("GET", "POST"), _CODES),
    "/api/v2/totp/secrets/{secret_id}": (("DELETE",), _CODES),
    "/api/v2/verify/services/{service_sid}/verifications": (_POST, _VERIFY),
    "/api/v2/verify/services/{service_sid}/verifications/{verification_sid}": (_GET, _VERIFY),
    "/api/v2/verify/verifications": (_GET, _VERIFY),
    "/v3/auth/tokens": (_POST, _TOKENS),
    "/v3/auth/tokens/{token_id}": (("DELETE",), _TOKENS),
    "/v3/verified-contacts": (("GET", "POST"), _VERIFY),
    "/v3/verified-contacts/{phone_number}": (_GET, _VERIFY),
}
"""The methods of each path, and what numberkeep does not have, with what to do instead."""


@dataclass(slots=True, frozen=True)
class Unserved:
    """Answers a path with 501, if the request has a valid key.

    Attributes:
        api: what to work with.
        methods: the methods that the hosted API has at the path.
        missing: what numberkeep does not have, and what to do instead.
    """

    api: Api
    methods: tuple[str, ...]
    missing: str

    def operation(self, method: str) -> tuple[str, str]:
        """Return the name of all such paths."""
        return (UNSERVED, "") if method in self.methods else NO_OPERATION

    async def answer(self, request: Request) -> Answer:
        """Refuse the request.

        Raises:
            MethodNotAllowed: the hosted API does not have the method either.
            NoCredentials: the request has no key.
            InvalidCredentials: the key is not valid.
            NotServed: otherwise.
        """
        if request.method not in self.methods:
            raise MethodNotAllowed(request.method, self.methods)
        request.operation = UNSERVED
        key = await self.api.key_of(request)
        request.account_id = key.account.account_id
        raise NotServed(self.missing)


def unserved_path(path: str) -> str | None:
    """Return the entry of `PATHS` that a path matches; None if it matches none."""
    if path in PATHS:
        return path
    parts = path.split("/")
    return next((pattern for pattern in PATHS if _fits(parts, pattern.split("/"))), None)


def _fits(parts: list[str], pattern: list[str]) -> bool:
    return len(parts) == len(pattern) and all(
        bool(part) if expected.startswith("{") else part == expected
        for part, expected in zip(parts, pattern, strict=True)
    )


def unserved_endpoints(api: Api) -> Mapping[str, Unserved]:
    """Return the endpoint of each path in `PATHS`."""
    return {path: Unserved(api, methods, missing) for path, (methods, missing) in PATHS.items()}
