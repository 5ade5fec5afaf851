"""What each carrier needs, one folder a carrier: sending, the inbound payload, proofs of origin, error codes."""
