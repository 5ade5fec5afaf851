"""The API on the wire: routes of a few lines that decode, call a use case and encode."""
