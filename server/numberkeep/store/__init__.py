"""Stores: the contract in contract.py, and an implementation for each engine."""
