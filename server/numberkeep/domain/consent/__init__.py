"""Consent: the ledger of what recipients have said, and the command that records it."""
