"""The table of the control API: one line for each route."""

from typing import Final

from numberkeep.test_mode import accounts, clock
from numberkeep.test_mode.control import ControlRoute

ROUTES: Final = (
    ControlRoute("POST", "accounts", accounts.create, accounts.AccountBody, needs_key=False),
    ControlRoute("GET", "clock", clock.read, needs_key=False),
    ControlRoute("POST", "clock", clock.change, clock.ClockBody, needs_key=False),
)
