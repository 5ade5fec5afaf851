"""What contacts are, without HTTP and without SQL: pure data and rules."""
