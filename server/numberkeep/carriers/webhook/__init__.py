"""Webhooks: a program of the operator's that sends messages, and the URLs that accounts register for events."""
