"""Runs the programs in examples/, and knows what they print."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from support.process import PATIENCE, environment

EXAMPLES: Final = Path(__file__).parents[2] / "examples"

PRINTED: Final = {
    "quickstart": """\
created +14155552672 ['vip', 'beta']
updated Ada Lovelace ['vip'] {'plan': 'pro', 'seats': '3'}
listed +14155552672 Ada
counted at least one: True
deleted +14155552672
""",
    "at_once": """\
99 found, missing: +14155552007
99 deleted
""",
    "errors_and_retries": """\
409 a contact with this number exists
404 with a request_id to ask about: True
400 Invalid phone number
401 wrong keys
not reached: Connection error.
""",
    "verification": """\
asked
asked a moment ago, try again in SECONDS s
NUMBER Please reply to this message to confirm your phone number. Reply STOP to receive no more messages.
verified already
verification.requested NUMBER
verification.approved NUMBER
""",
}


def run_example(name: str, *arguments: object, exported: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program of the folder to its end; warnings are errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / f"{name}.py", *map(str, arguments)],
        env=environment(**exported),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def printed_by(name: str, *, exported: Mapping[str, str]) -> str:
    """Return what a program prints, in the form of `PRINTED`, after checking that it had no errors."""
    done = run_example(name, exported=exported)
    assert (done.returncode, done.stderr) == (0, "")
    said = re.sub(r"in \d+ s", "in SECONDS s", done.stdout)
    return re.sub(r"\+\d+", "NUMBER", said) if name == "verification" else said
