"""Consent: the ledger of opt-outs and opt-ins, and the command that records them."""
