"""The columns of accounts, API keys and counters, and how they are read and written; the same for every engine."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.messages.reply import ReplyRules
from numberkeep.domain.work.loaded import Tallies

ACCOUNT_COLUMNS: Final = "account_id, name, region, verification_text, opt_out_words, unclear_opts_out, confirmation"
TALLY_COLUMNS: Final = (
    "contact_count, last_message, last_event, last_entry, ledger, webhook_count, last_webhook, last_verification, "
    "last_review, open_reviews, last_job, last_attempt"
)

_decode_words = msgspec.json.Decoder(tuple[str, ...]).decode


def key_of(row: Iterable[Any]) -> ApiKey:
    """Return the key of the columns before `ACCOUNT_COLUMNS` that the statements of keys name, and of these."""
    key_id, secret_hash, created_at, revoked_at, read_only, name, *account = row
    revoked = None if revoked_at is None else moment(revoked_at)
    return ApiKey(key_id, secret_hash, account_of(account), moment(created_at), revoked, read_only == 1, name)


def account_of(row: Iterable[Any]) -> Account:
    """Return the account whose `ACCOUNT_COLUMNS` these are."""
    account_id, name, region, verification_text, words, unclear_opts_out, confirmation = row
    rules = ReplyRules(_decode_words(words), unclear_opts_out == 1, confirmation)
    return Account(account_id, name, region, verification_text, rules)


def values_of_tallies(tallies: Tallies) -> tuple[Any, ...]:
    """Return the `TALLY_COLUMNS` of an account's counters."""
    return (
        tallies.contacts,
        tallies.messages,
        tallies.events,
        tallies.entries,
        tallies.ledger,
        tallies.webhooks,
        tallies.last_webhook,
        tallies.last_verification,
        tallies.last_review,
        tallies.open_reviews,
        tallies.last_job,
        tallies.last_attempt,
    )
