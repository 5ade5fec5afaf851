"""What a service has in memory: the resident size of its first process and of all that came from it."""

import subprocess
from collections import defaultdict
from typing import Final

KIB_IN_MIB: Final = 1024


def resident_mib(process: int) -> float:
    """MiB in memory, of the whole process tree.

    A page that two of the processes share counts for each, so that a service of several processes is not favoured.

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
