"""The step of an upgrade that stores the text of each contact in which words are searched; as conversations.

A page that is done twice changes nothing, so an interrupted upgrade starts over at the beginning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from numberkeep.domain.contacts.search import joined
from numberkeep.store.flow import Fetch, Flow, Row, Write

NAME: Final = "search_texts"
"""The step's name among the pending steps."""

_PAGE: Final = 1000
_decode_tags = msgspec.json.Decoder(list[str]).decode
_decode_variables = msgspec.json.Decoder(dict[str, str]).decode


def text_of(columns: Sequence[str]) -> str:
    """Return the search text of a contact from its columns, of which the last two are tags and custom variables."""
    *texts, tags, variables = columns
    return joined((*texts, *_decode_tags(tags), *_decode_variables(variables).values()))


@dataclass(slots=True)
class _Walk:
    """The position up to which an account's contacts have their text."""

    account_id: int
    after: tuple[int, int] = (0, 0)
    more: bool = True


def pages() -> Iterator[Flow[None]]:
    """Return the step's transactions, one after the other; the last one records that the step is done."""
    accounts: list[int] = []
    yield _find_accounts(accounts)
    for account_id in accounts:
        walk = _Walk(account_id)
        while walk.more:
            yield _page(walk)
    yield _finish()


def _find_accounts(accounts: list[int]) -> Flow[None]:
    rows = yield Fetch("every_account", ())
    accounts.extend(account_id for (account_id,) in rows)


def _page(walk: _Walk) -> Flow[None]:
    yield Fetch("lock_tallies", (walk.account_id,))
    rows = yield Fetch("texts_in_order", (walk.account_id, *walk.after, _PAGE))
    walk.more = len(rows) == _PAGE
    texts: list[Row] = [(contact_id, text_of(columns)) for _, contact_id, *columns in rows]
    if rows:
        walk.after = (rows[-1][0], rows[-1][1])
        yield Write("set_search_texts", walk.account_id, texts)


def _finish() -> Flow[None]:
    yield Fetch("finish_step", (NAME,))
