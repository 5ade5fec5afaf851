"""Comparing recorded answers with numberkeep's answers to the same requests."""
