"""The table of the control API: one line for each route."""

from typing import Final

from numberkeep.test_mode import accounts
from numberkeep.test_mode.control import ControlRoute

ROUTES: Final = (ControlRoute("POST", "accounts", accounts.create, accounts.AccountBody, needs_key=False),)
