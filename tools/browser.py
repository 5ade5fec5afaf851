"""Installs the browser that the tests of the console run, where there is none: `make browser`, or `make test`.

Only with apt-get, as root or by a sudo that asks for nothing; otherwise it fails and names the command.
"""

import os
import shlex
import shutil
import subprocess
import sys

from support.browser import INSTALL, PROGRAMS


def is_installed() -> bool:
    """Return whether there is a browser."""
    return any(map(shutil.which, PROGRAMS))


def install() -> bool:
    """Install it if that is possible, and return whether it is there."""
    if shutil.which("apt-get") is None:
        return False
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and shutil.which("sudo") is None:
        return False
    print(f"Installing a browser for the tests of the console: {INSTALL}", file=sys.stderr)
    for command in ("apt-get update", f"{INSTALL} --yes"):
        done = subprocess.run([*as_root, *shlex.split(command)], capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            return False
    return is_installed()


if __name__ == "__main__" and not is_installed() and not install():
    sys.exit(f"The tests of the console need Chromium, and it cannot be installed from here: run `{INSTALL}` as root.")
