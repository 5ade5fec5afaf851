"""Binds each operation to a method and a path, and says where its input comes from."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from numberkeep.domain.limits import MAX_BODY_BYTES, MAX_BULK_BODY_BYTES, MAX_UPLOAD_BYTES
from numberkeep.operations import (
    actions,
    consent,
    contacts,
    conversations,
    doctor,
    exports,
    history,
    hosted_webhooks,
    imports,
    matching,
    messages,
    overview,
    reviews,
    tags,
    webhooks,
)
from numberkeep.operations.operation import Operation
from numberkeep.service.slices import Steps
from numberkeep.wire.answers import LimitParams, Nothing
from numberkeep.wire.attempts import AttemptsParams
from numberkeep.wire.contacts import BulkBody, BulkDeleteBody, BulkParams, UpdateBody
from numberkeep.wire.conversations import ReplyBody, ThreadParams
from numberkeep.wire.decoding import Decoder
from numberkeep.wire.imports import ImportOptionsBody, PlanBody, UndoBody, UploadParams
from numberkeep.wire.reviews import DecideBody
from numberkeep.wire.webhooks import EnableBody

Shape = type[msgspec.Struct]


@dataclass(slots=True, frozen=True)
class Route:
    """An operation at a method and a path.

    The operation's input is made of the argument in the path, the query and the body, in this order, where the route
    has them. An input that is only a query or only a body needs no mention: it is the query of a GET, and the body of
    any other method.

    Attributes:
        method: the HTTP method.
        path: the path; an argument is one of its parts, in braces.
        operation: what answers.
        query: the shape of the query; `Nothing` refuses every parameter.
        body: the shape of the body; None if there is none.
        decode: how the body is decoded, if that takes long.
        bulk: whether a request may take so long that those of an account take turns.
        limit: the most bytes of the body.
        is_upload: whether the body is a file, which the operation takes as a stream of bytes.
        argument: the name of the argument in the path; `""` if there is none.
        is_whole: whether the query or the body is the whole input.
    """

    method: str
    path: str
    operation: Operation[Any, Any]
    query: Shape = Nothing
    body: Shape | None = None
    decode: Callable[[Decoder, bytes], Steps[Any]] | None = None
    limit: int = MAX_BODY_BYTES
    bulk: bool = False
    is_upload: bool = False

    argument: str = field(init=False)
    is_whole: bool = field(init=False)

    def __post_init__(self) -> None:
        """Derive what every request needs."""
        argument = re.search(r"\{(\w+)\}", self.path)
        object.__setattr__(self, "argument", argument[1] if argument else "")
        object.__setattr__(self, "is_whole", self.operation.input in {self.query, self.body} - {Nothing})

    @property
    def once(self) -> bool:
        """Whether an `Idempotency-Key` is supported: repeating another method changes nothing more."""
        return self.method == "POST" and not self.is_upload


def _route(method: str, path: str, operation: Operation[Any, Any]) -> Route:
    """Return the route of an operation whose input is only an argument, only a query or only a body."""
    if "{" in path or operation.input is Nothing:
        return Route(method, path, operation)
    if method == "GET":
        return Route(method, path, operation, query=operation.input)
    return Route(method, path, operation, body=operation.input)


_ALL: Final = "/api/v2/contacts"
_ONE: Final = f"{_ALL}/{{phone_number}}"
_MESSAGES: Final = "/api/v2/messages"
_HOSTED: Final = "/api/account/webhooks"
_OURS: Final = "/_numberkeep"

_IMPORTS: Final = f"{_OURS}/imports"
_IMPORT: Final = f"{_IMPORTS}/{{import_id}}"

_ACTIONS: Final = f"{_OURS}/actions"
_ACTION: Final = f"{_ACTIONS}/{{action_id}}"

INBOUND: Final = _route("POST", f"{_OURS}/inbound", messages.receive)
"""Carriers use this route too, see inbound.py."""

ROUTES: Final = (
    _route("GET", f"{_ALL}/count", contacts.count),
    _route("POST", f"{_ALL}/verify", contacts.verify),
    Route(
        "POST",
        f"{_ALL}/bulk",
        contacts.bulk_create,
        query=BulkParams,
        body=BulkBody,
        decode=Decoder.rows,
        limit=MAX_BULK_BODY_BYTES,
        bulk=True,
    ),
    _route("POST", f"{_ALL}/opt-out", consent.opt_out),
    _route("GET", _ONE, contacts.retrieve),
    Route("PUT", _ONE, contacts.update, body=UpdateBody),
    _route("DELETE", _ONE, contacts.delete),
    _route("GET", _ALL, contacts.list_contacts),
    _route("POST", _ALL, contacts.create),
    Route("DELETE", _ALL, contacts.bulk_delete, body=BulkDeleteBody, bulk=True),
    _route("GET", f"{_OURS}/export", exports.export),
    _route("GET", _IMPORTS, imports.list_imports),
    Route("POST", _IMPORTS, imports.create, query=UploadParams, limit=MAX_UPLOAD_BYTES, is_upload=True),
    _route("GET", _IMPORT, imports.retrieve),
    Route("PUT", _IMPORT, imports.choose, body=ImportOptionsBody),
    _route("DELETE", _IMPORT, imports.delete),
    _route("GET", f"{_IMPORT}/columns", imports.columns),
    Route("POST", f"{_IMPORT}/plan", imports.plan, body=PlanBody),
    _route("GET", f"{_IMPORT}/preview", imports.preview),
    _route("POST", f"{_IMPORT}/run", imports.run),
    Route("POST", f"{_IMPORT}/undo", imports.undo, body=UndoBody),
    _route("GET", f"{_IMPORT}/rejects", imports.rejects),
    _route("GET", f"{_IMPORT}/differences", imports.differences),
    _route("GET", f"{_OURS}/contacts/count", matching.count_matching),
    Route("GET", f"{_OURS}/contacts/{{phone_number}}/history", history.list_history, query=LimitParams),
    _route("GET", f"{_OURS}/contacts/{{phone_number}}/verification", history.verification),
    _route("GET", _ACTIONS, actions.list_actions),
    Route("POST", _ACTIONS, actions.create, body=actions.create.input, bulk=True),
    _route("GET", _ACTION, actions.retrieve),
    _route("DELETE", _ACTION, actions.delete),
    _route("POST", f"{_ACTION}/undo", actions.undo),
    _route("GET", f"{_ACTION}/file", actions.file),
    _route("POST", "/api/send-message", messages.send),
    _route("GET", "/api/status", messages.get_status),
    _route("GET", _MESSAGES, messages.list_messages),
    _route("GET", f"{_MESSAGES}/{{message_id}}", messages.retrieve),
    _route("GET", f"{_OURS}/messages", messages.newest),
    _route("GET", f"{_OURS}/conversations", conversations.list_conversations),
    Route("GET", f"{_OURS}/conversations/{{phone_number}}", conversations.show, query=ThreadParams),
    Route("POST", f"{_OURS}/conversations/{{phone_number}}", conversations.simulate, body=ReplyBody),
    _route("GET", f"{_OURS}/overview", overview.show),
    _route("GET", f"{_OURS}/consent", consent.show),
    _route("GET", f"{_OURS}/consent/verify", consent.verify),
    _route("GET", f"{_OURS}/consent/opt-outs", consent.list_opted_out),
    Route(
        "POST",
        f"{_OURS}/consent/opt-outs",
        consent.import_opt_outs,
        body=consent.import_opt_outs.input,
        bulk=True,
    ),
    _route("GET", f"{_OURS}/consent/review", reviews.list_open),
    Route("POST", f"{_OURS}/consent/review/{{review_id}}", reviews.decide, body=DecideBody),
    Route("POST", f"{_OURS}/tags", tags.tag, body=tags.tag.input, bulk=True),
    _route("GET", _HOSTED, hosted_webhooks.list_hosted),
    _route("POST", _HOSTED, hosted_webhooks.add),
    _route("PUT", _HOSTED, hosted_webhooks.replace),
    _route("DELETE", _HOSTED, hosted_webhooks.remove),
    _route("GET", f"{_OURS}/webhooks", webhooks.list_webhooks),
    _route("POST", f"{_OURS}/webhooks", webhooks.create),
    Route("POST", f"{_OURS}/webhooks/{{webhook_id}}", webhooks.enable, body=EnableBody),
    _route("DELETE", f"{_OURS}/webhooks/{{webhook_id}}", webhooks.delete),
    _route("POST", f"{_OURS}/webhooks/{{webhook_id}}/sample", webhooks.sample),
    Route("GET", f"{_OURS}/webhooks/{{webhook_id}}/attempts", webhooks.list_attempts, query=AttemptsParams),
    _route("GET", f"{_OURS}/deliveries", webhooks.list_dead),
    _route("POST", f"{_OURS}/deliveries/retry", webhooks.retry),
    _route("POST", f"{_OURS}/deliveries/replay", webhooks.replay),
    _route("GET", f"{_OURS}/doctor", doctor.examine),
)
"""Every route that one operation answers by itself."""
