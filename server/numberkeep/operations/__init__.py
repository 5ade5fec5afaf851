"""What the service can do, without a transport: one table of operations, which HTTP binds to routes (docs/adr/0015)."""
