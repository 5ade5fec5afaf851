"""Files of contacts as rows: CSV and TSV, JSON Lines, and vCard 2.1, 3.0 and 4.0. Pure; the standard library alone."""
