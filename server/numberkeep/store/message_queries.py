"""The reads of messages, as values; see queries.py."""

from dataclasses import dataclass

from numberkeep.domain.messages.listing import MessagePage, MessageQuery
from numberkeep.domain.messages.message import Message
from numberkeep.store.queries import Query


@dataclass(slots=True)
class ListMessagePage(Query[MessagePage]):
    """One page of the account's messages."""

    account_id: int
    query: MessageQuery


@dataclass(slots=True)
class GetMessage(Query[Message | None]):
    """The account's message with this number."""

    account_id: int
    message_id: int


@dataclass(slots=True)
class GetReceivedMessage(Query[Message | None]):
    """The account's received message with this handle."""

    account_id: int
    handle: str
