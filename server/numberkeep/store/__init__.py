"""Where contacts are kept: the promise in contract.py, and an implementation for each engine."""
