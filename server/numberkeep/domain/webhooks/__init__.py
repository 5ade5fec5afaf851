"""Webhooks: the URLs to which an account's events are sent, and the types of events for each."""
