"""The search of logs finds forbidden values, and nothing else."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import leaks

REPOSITORY = Path(__file__).parents[3]

PLANTED = """
import logging
import pytest

@pytest.mark.parametrize("n", range(8))
def test_something(n: int) -> None:
    logging.getLogger("numberkeep").debug("to +1415555267%s", n)
"""

TIME = "2026-11-26 00:29:49,123 INFO numberkeep.http "


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("to +14155552671", "a number"),
        ("GET /api/v2/contacts/%2B14155552671", "a number"),
        ("'4155552671'", "a number in another form"),
        ("(415) 555-2671", "a number in another form"),
        ("415.555.2671", "a number in another form"),
        ("020 7946 0958", "a number in another form"),
        ("0049 30 123456", "a number in another form"),
        ("hello Ada", "a name"),
        ("whsec_c2VjcmV0c2VjcmV0", "a webhook's secret"),
        ("0123456789abcdef" * 4, "a secret or its hash"),
        ("with planted-secret in it", "a secret"),
    ],
)
def test_forbidden_values_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, kind: str) -> None:
    """With file and line, and masked."""
    monkeypatch.setattr(leaks, "_secrets", {"planted-secret"})
    (tmp_path / "a.stderr").write_text(f"{TIME}fine\n{TIME}{line}\n")
    found = leaks.found(tmp_path)
    assert (found[0].place, found[0].kind) == (f"{tmp_path}/a.stderr:2", kind)
    assert "****" in found[0].line
    assert not any(text in found[0].line for text in ("555-2671", "5552671", "0958", "123456", "planted-secret"))


@pytest.mark.parametrize(
    "line",
    [
        "numberkeep listens on http://127.0.0.1:43553",
        "request c5fe0ec66070-2f failed with ValueError",
        "account 1: delivery 301 to webhook 7 failed: answered 503",
        "sqlite:////tmp/pytest-of-root/pytest-229/x.db of 2026",
    ],
)
def test_ordinary_values_are_allowed(tmp_path: Path, line: str) -> None:
    """Addresses, times, request ids, counts."""
    (tmp_path / "a.stderr").write_text(f"{TIME}{line}\n{line}\n")
    assert leaks.found(tmp_path) == []


def test_the_key_pair_of_a_first_start_is_allowed_once(tmp_path: Path) -> None:
    """As the one documented line on stdout."""
    line = f"export SENDBLUE_API_BASE_URL=http://x SENDBLUE_API_API_KEY=k SENDBLUE_API_API_SECRET={'ab' * 32}\n"
    (tmp_path / "a.stdout").write_text(line)
    assert leaks.found(tmp_path) == []
    (tmp_path / "a.stdout").write_text(line * 2)
    (tmp_path / "a.stderr").write_text(line)
    assert [leak.place for leak in leaks.found(tmp_path)] == [f"{tmp_path}/a.stderr:1", f"{tmp_path}/a.stdout:2"]


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_run_that_logs_a_number_fails(tmp_path: Path, workers: str) -> None:
    """Whichever process logs it, the run fails even if every test passes, and reports each line."""
    (tmp_path / "test_planted.py").write_text(PLANTED)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "conftest", "--confcutdir", tmp_path, workers),
            *("-c", REPOSITORY / "pyproject.toml", "--rootdir", tmp_path, tmp_path),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "tests")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    reported = re.findall(
        r"^(/\S+)/\S+\.log:\d+: a number: TIME DEBUG numberkeep to \+141\*+$", done.stdout, re.MULTILINE
    )
    assert (done.returncode, len(reported)) == (1, 8), done.stdout + done.stderr
    assert "8 passed" in done.stdout
    assert len(set(reported)) == max(1, int(workers[2:]))
    for folder in set(reported):
        shutil.rmtree(folder)
