"""The service with one commit per request, to measure the effect of group commit. `python -m bench.ungrouped`."""

import multiprocessing
import sys
from typing import Any

from numberkeep import serving
from numberkeep.config.settings import load_settings
from numberkeep.store import grouping

_STOPPING, _STOP = multiprocessing.Pipe(duplex=False)


def load() -> Any:
    """Return the application, in the worker process."""
    grouping.GROUP_ROWS = 1  # the point of this program
    return serving.load(load_settings(), 0, None, _STOPPING)


if __name__ == "__main__":
    serving.make_server("127.0.0.1", int(sys.argv[1])).run(load)
