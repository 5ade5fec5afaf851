"""The unit of work: what a group of commands sees and changes in memory (docs/adr/0008-unit-of-work.md)."""
