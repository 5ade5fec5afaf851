"""Every limit on what a client may send, in one place; docs/fidelity.md lists them for users.

Lengths count characters (code points), not bytes. The hosted service documents only the page sizes; the other
limits are our choice, wide enough for real contacts and narrow enough that one request cannot fill a disk.
"""

MAX_NAME = 200
MAX_KEY_NAME = 100
"""Of an API key: what it is for."""
MAX_EMAIL = 320
MAX_PHONE_INPUT = 64
MAX_TAGS = 100
MAX_TAG = 100
MAX_VARIABLES = 100
MAX_LABEL = 100
MAX_VALUE = 4000
MAX_SEARCH_TEXT = 4096
"""Bytes of a contact's folded texts, in UTF-8, in which words are searched."""
MAX_TEXT = 1000
"""Of a verification message, and of the message that confirms an opt-out."""
MAX_OPT_OUT_WORDS = 50
"""Words of one account that opt out beside the usual ones; each has at most MAX_TAG characters."""
MAX_OPEN_REVIEWS = 20
"""Open reviews of one number; a later unclear reply adds none, because the number already waits for a decision."""
MAX_CONTENT = 20_000
"""Of a message that a person wrote, in any number of parts."""
MAX_HANDLE = 200
MAX_URL = 2000
MIN_SECRET = 16
"""Of a new secret: who sees one signed request can try out all short ones."""
MAX_SECRET = 200
MAX_WEBHOOKS = 20
"""Webhooks of one account; the transaction that records an event also enqueues it for each webhook."""
MAX_REPLAY = 5000
"""Dead deliveries that one request replays."""

DEFAULT_PAGE = 100
MAX_PAGE = 1000
MAX_INTEGER = 2**63 - 1
"""The largest number that a store can hold."""
MAX_OFFSET = 2**62
"""The hosted service allows 10,000."""

MAX_BULK_ROWS = 10_000
MAX_BULK_COMMAS = 2_500_000
"""In the body of a bulk request: 16 MiB of the smallest values would take 600 MB of memory as soon as they are read."""
MAX_ERRORS = 100
"""Errors in one answer; beyond them, an answer to a bulk request has one error for each bad row."""

MAX_UPLOAD_BYTES = 256 * 1024 * 1024
"""Of a file to import."""
MAX_STORED_UPLOADS = 1024 * 1024 * 1024
"""Bytes that the files of an account's imports may take before another one is refused."""

MAX_BODY_BYTES = 1024 * 1024
MAX_BULK_BODY_BYTES = 16 * 1024 * 1024
