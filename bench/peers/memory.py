"""The memory of a service: the resident size of its first process and all descendants."""

import subprocess
from collections import defaultdict
from typing import Final

KIB_IN_MIB: Final = 1024


def resident_mib(process: int) -> float:
    """Return the resident MiB of the whole process tree.

    A page that two processes share counts twice, so that a service with several processes has no advantage.

    Args:
        process: the id of the first process.
    """
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = defaultdict(list)
    resident: dict[int, int] = {}
    for line in listed.splitlines():
        number, parent, kib = map(int, line.split())
        children[parent].append(number)
        resident[number] = kib
    return sum(resident.get(number, 0) for number in _tree(process, children)) / KIB_IN_MIB


def _tree(process: int, children: dict[int, list[int]]) -> list[int]:
    found = [process]
    for number in found:
        found.extend(children[number])
    return found
