"""The schema of the SQLite store as numbered steps. A released step is never edited: its checksum is in the stores."""
