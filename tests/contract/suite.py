"""The complete contract of a store. The test of a store inherits it and opens the store."""

import pytest

from contract.accounts import AccountContract
from contract.actions import ActionContract
from contract.attempts import AttemptContract
from contract.bulk import BulkContract
from contract.callbacks import CallbackContract
from contract.concurrency import ConcurrencyContract
from contract.confirming import ConfirmingContract
from contract.consent import ConsentContract
from contract.contacts import ContactContract
from contract.conversation import ConversationContract
from contract.counting import CountingContract
from contract.cursor import CursorContract
from contract.disabling import DisablingContract
from contract.events import EventContract
from contract.history import HistoryContract
from contract.idempotency import IdempotencyContract
from contract.import_jobs import ImportJobContract
from contract.import_states import ImportStateContract
from contract.imports import ImportContract
from contract.inbox import InboxContract
from contract.jobs import JobContract
from contract.keys import KeyContract
from contract.listing import ListingContract
from contract.long_pages import LongPageContract
from contract.message_pages import MessagePageContract
from contract.opt_out import OptOutContract
from contract.outbox import OutboxContract
from contract.preview import PreviewContract
from contract.review import ReviewContract
from contract.sending import ReceiptContract, SendingContract
from contract.sessions import SessionContract
from contract.settings import SettingsContract
from contract.settling import SettlingContract
from contract.tagging import TaggingContract
from contract.undoing import UndoContract
from contract.verification import VerificationContract
from contract.webhooks import WebhookContract
from contract.whole_accounts import WholeAccountContract
from numberkeep.store.contract import Store
from support.databases import Behind


class StoreContract(
    ContactContract,
    BulkContract,
    TaggingContract,
    ListingContract,
    LongPageContract,
    CursorContract,
    AccountContract,
    OptOutContract,
    VerificationContract,
    IdempotencyContract,
    KeyContract,
    SessionContract,
    ConsentContract,
    ReviewContract,
    ConfirmingContract,
    ConversationContract,
    EventContract,
    OutboxContract,
    SendingContract,
    ReceiptContract,
    CallbackContract,
    MessagePageContract,
    InboxContract,
    AttemptContract,
    SettlingContract,
    SettingsContract,
    WebhookContract,
    DisablingContract,
    HistoryContract,
    PreviewContract,
    ImportContract,
    ImportJobContract,
    ImportStateContract,
    JobContract,
    UndoContract,
    ActionContract,
    CountingContract,
    ConcurrencyContract,
    WholeAccountContract,
):
    """All rules that apply to every store."""

    @pytest.fixture
    def store(self) -> Store:
        """Return a new, open store, which is closed at the end."""
        raise NotImplementedError

    @pytest.fixture
    def behind(self, store: Store) -> Behind:
        """Return a function that runs statements behind this store's back."""
        raise NotImplementedError
