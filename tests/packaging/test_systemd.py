"""The unit of systemd. Where systemd is installed, its own programs check it; elsewhere it is only read."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from numberkeep.cli.main import cli
from numberkeep.config.table import SETTINGS
from numberkeep.serving.worker import FINISH_SECONDS
from support.distributions import ROOT
from support.process import PATIENCE, PROGRAM

UNIT = ROOT / "deploy" / "numberkeep.service"
INSTALLED = "/opt/numberkeep/bin/numberkeep"
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed: run `apt-get install systemd`")
OK_EXPOSURE = 2.0
"""Of 10; systemd calls less than 4.5 OK."""


def lines(name: str) -> list[str]:
    """Return the values of one setting, in order."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)


def analyze(*arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run systemd's checks on the unit, with this program in place of the installed one."""
    assert ANALYZE
    unit = path / UNIT.name
    unit.write_text(UNIT.read_text().replace(INSTALLED, str(PROGRAM)))
    return subprocess.run(
        [ANALYZE, *arguments, str(unit)], capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@needs_systemd
def test_systemd_accepts_every_line(tmp_path: Path) -> None:
    """No setting is unknown or misplaced."""
    done = analyze("verify", "--man=no", path=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_systemd_finds_little_exposed(tmp_path: Path) -> None:
    """A line that is taken out of the hardening raises the score."""
    done = analyze("security", "--offline=true", f"--threshold={OK_EXPOSURE * 10:.0f}", "--no-pager", path=tmp_path)
    found = re.search(r"Overall exposure level for numberkeep\.service: (\d+\.\d)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= OK_EXPOSURE
    assert done.returncode == 0


def test_its_commands_and_settings_exist() -> None:
    """Those of `ExecStart` and `ExecStartPost`; every variable is a setting."""
    commands = [*lines("ExecStart"), *lines("ExecStartPost")]
    assert [each.split()[0] for each in commands] == [INSTALLED, INSTALLED]
    assert {each.split()[1] for each in commands} <= set(cli.commands)
    assert {each.partition("=")[0] for each in lines("Environment")} <= {each.name for each in SETTINGS}


def test_it_stays_in_its_state_directory() -> None:
    """The database is in the only directory that the unit may write to, and nobody else may read it."""
    assert lines("ProtectSystem") == ["strict"]
    assert lines("StateDirectory") == ["numberkeep"]
    assert lines("StateDirectoryMode") == ["0700"]
    assert lines("Environment") == ["NUMBERKEEP_DATABASE=sqlite:////var/lib/numberkeep/numberkeep.db"]
    assert lines("User") == ["numberkeep"]
    assert not lines("ReadWritePaths")


def test_a_stop_has_the_time_that_it_needs() -> None:
    """The service finishes what is in flight, and closes its database."""
    [seconds] = lines("TimeoutStopSec")
    assert int(seconds) > FINISH_SECONDS + 3
    assert lines("KillMode") == ["mixed"], "SIGTERM goes to the supervisor alone"
