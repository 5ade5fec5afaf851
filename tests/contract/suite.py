"""The whole of what a store is held to; a store's test inherits it and says how the store is opened."""

import pytest

from contract.accounts import AccountContract
from contract.bulk import BulkContract
from contract.concurrency import ConcurrencyContract
from contract.consent import ConsentContract
from contract.contacts import ContactContract
from contract.conversation import ConversationContract
from contract.cursor import CursorContract
from contract.disabling import DisablingContract
from contract.events import EventContract
from contract.history import HistoryContract
from contract.idempotency import IdempotencyContract
from contract.keys import KeyContract
from contract.listing import ListingContract
from contract.opt_out import OptOutContract
from contract.outbox import OutboxContract
from contract.preview import PreviewContract
from contract.settings import SettingsContract
from contract.settling import SettlingContract
from contract.verification import VerificationContract
from contract.webhooks import WebhookContract
from numberkeep.store.contract import Store
from support.databases import Behind


class StoreContract(
    ContactContract,
    BulkContract,
    ListingContract,
    CursorContract,
    AccountContract,
    OptOutContract,
    VerificationContract,
    IdempotencyContract,
    KeyContract,
    ConsentContract,
    ConversationContract,
    EventContract,
    OutboxContract,
    SettlingContract,
    SettingsContract,
    WebhookContract,
    DisablingContract,
    HistoryContract,
    PreviewContract,
    ConcurrencyContract,
):
    """Every promise that holds for every store."""

    @pytest.fixture
    def store(self) -> Store:
        """A new and open store, closed at the end."""
        raise NotImplementedError

    @pytest.fixture
    def behind(self, store: Store) -> Behind:
        """How statements are run behind this store's back."""
        raise NotImplementedError
