"""Webhooks: where an account wants its events sent, and for which types."""
