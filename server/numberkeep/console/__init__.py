"""The console at /console: pages on the operations, rendered on the server (docs/adr/0027-the-console.md).

Nothing of it is loaded before the first request for a page.
"""
