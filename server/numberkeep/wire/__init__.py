"""Names and shapes on the wire, and how values are read into them. Knows no transport."""
