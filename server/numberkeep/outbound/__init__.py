"""Requests to other services: posting, checked targets, signing."""
