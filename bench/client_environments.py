"""An environment for each client, because both install the package `sendblue_api`."""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final, Literal

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / ".venv-bench"
PINS: Final = (ROOT / "constraints.txt", ROOT / "bench" / "client-constraints.txt")
"""One set of pins for all environments, so that both clients use the same releases of their dependencies."""

Client = Literal["ours", "official"]


def interpreter(client: Client, *, aiohttp: bool) -> Path:
    """Return the Python of an environment with this client; create it if it is missing or its pins have changed.

    Args:
        client: which of the two.
        aiohttp: whether to install the aiohttp extra. It has its own environment, because the official client imports
            aiohttp if it is installed.
    """
    extra = "[aiohttp]" if aiohttp else ""
    folder = FOLDER / f"{client}{'-aiohttp' if aiohttp else ''}"
    python = folder / "bin" / "python"
    made = folder / "made"
    wanted = _fingerprint(extra)
    if not made.exists() or made.read_text() != wanted:
        print(f"Setting up {folder.relative_to(ROOT)}.", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", folder], check=True)
        if client == "ours":
            _install(python, "hatchling", "editables")
            _install(python, "--no-build-isolation", "--editable", f"{ROOT / 'client'}{extra}")
        else:
            _install(python, f"sendblue{extra}")
        made.write_text(wanted)
    return python


def _install(python: Path, *what: str) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(python)]
    pins = [argument for path in PINS for argument in ("--constraint", str(path))]
    if subprocess.run([*pip, "install", *pins, *what], check=False).returncode:
        sys.exit("An environment for a client could not be installed; see the error of pip above.")


def _fingerprint(extra: str) -> str:
    read = [path.read_text() for path in (*PINS, ROOT / "client" / "pyproject.toml")]
    return hashlib.sha256("\0".join([sys.version, extra, *read]).encode()).hexdigest()
