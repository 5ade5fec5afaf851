"""Binds operations to HTTP: routes, authentication, errors, idempotency, streams."""
