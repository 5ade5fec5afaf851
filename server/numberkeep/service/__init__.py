"""The use cases: one function for each, over a store and a clock."""
