"""The numbered steps of the PostgreSQL schema."""
