"""Exports of contacts as files: which contacts, as of which moment, and what each format says of them."""
