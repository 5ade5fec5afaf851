"""The ids of requests, in the log and in answers."""

import os
import re

_acceptable = re.compile(rb"[\x21-\x7e]{1,128}").fullmatch


def request_id_for(given: bytes) -> str:
    """Return the caller's id if it is 1 to 128 printable ASCII characters without blanks, else a random one."""
    if given and _acceptable(given):
        return given.decode()
    return os.urandom(8).hex()  # secrets.token_hex takes twice the time, which every request pays
