"""Verification: asking a person to confirm a number by a reply from it."""
