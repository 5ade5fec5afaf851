"""What the API means: one use case a function, over a store and a clock."""
