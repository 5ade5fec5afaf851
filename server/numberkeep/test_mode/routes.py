"""The table of the control API: one line for each route."""

from typing import Final

from numberkeep.domain.limits import MAX_BULK_BODY_BYTES
from numberkeep.test_mode import accounts, clock, fault_control, journal_control, state
from numberkeep.test_mode.control import ControlRoute
from numberkeep.test_mode.faults import FaultBody

ROUTES: Final = (
    ControlRoute("POST", "accounts", accounts.create, accounts.AccountBody, needs_key=False),
    ControlRoute("DELETE", "account", state.delete),
    ControlRoute("POST", "reset", state.reset, state.ResetBody),
    ControlRoute("GET", "snapshot", state.snapshot),
    ControlRoute("POST", "restore", state.restore, bytes, limit=2 * MAX_BULK_BODY_BYTES),
    ControlRoute("POST", "seed", state.seed, bytes, limit=MAX_BULK_BODY_BYTES),
    ControlRoute("GET", "clock", clock.read, needs_key=False),
    ControlRoute("POST", "clock", clock.change, clock.ClockBody, needs_key=False),
    ControlRoute("GET", "faults", fault_control.list_all),
    ControlRoute("POST", "faults", fault_control.add, FaultBody),
    ControlRoute("DELETE", "faults", fault_control.remove_all),
    ControlRoute("DELETE", "faults/{fault_id}", fault_control.remove),
    ControlRoute("GET", "calls", journal_control.list_calls, journal_control.CallsParams),
    ControlRoute("DELETE", "calls", journal_control.remove_all),
)
