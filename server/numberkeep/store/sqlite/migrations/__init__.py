"""The numbered steps of the SQLite schema. A released step is never edited: its checksum is in the stores."""
