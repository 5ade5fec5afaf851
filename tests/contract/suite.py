"""The whole of what a store is held to; a store's test inherits it and says how the store is opened."""

import pytest

from contract.accounts import AccountContract
from contract.bulk import BulkContract
from contract.concurrency import ConcurrencyContract
from contract.contacts import ContactContract
from contract.cursor import CursorContract
from contract.idempotency import IdempotencyContract
from contract.keys import KeyContract
from contract.listing import ListingContract
from contract.opt_out import OptOutContract
from contract.verification import VerificationContract
from numberkeep.store.contract import Store


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
    ConcurrencyContract,
):
    """Every promise that holds for every store."""

    @pytest.fixture
    def store(self) -> Store:
        """A new and open store, closed at the end."""
        raise NotImplementedError
