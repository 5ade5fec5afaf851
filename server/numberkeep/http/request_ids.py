"""The ids of requests, in the log and in answers."""

import re
from secrets import token_hex

_acceptable = re.compile(rb"[\x21-\x7e]{1,128}").fullmatch


def request_id_for(given: bytes) -> str:
    """Return the caller's id if it is 1 to 128 printable ASCII characters without blanks, else a random one."""
    if given and _acceptable(given):
        return given.decode()
    return token_hex(8)
