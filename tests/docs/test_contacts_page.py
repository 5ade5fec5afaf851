"""docs/contacts.md is correct: its commands run in their order, and print what it shows."""

import json
import os
import subprocess
from pathlib import Path

from markdown_it import MarkdownIt

from support.process import PATIENCE, PROGRAM, environment, serving

PAGE = Path(__file__).parents[2] / "docs" / "contacts.md"


def test_the_commands_of_the_contacts_page_work(tmp_path: Path) -> None:
    """On a service, without a terminal."""
    tokens = [token for token in MarkdownIt().parse(PAGE.read_text()) if token.type == "fence"]
    [commands] = [token.content for token in tokens if token.info == "sh"]
    [listed] = [token.content for token in tokens if token.info == "text"]
    command = ["bash", "-euo", "pipefail", "-c", commands]
    with serving(tmp_path) as running:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment(PATH=os.pathsep.join([str(PROGRAM.parent), os.environ["PATH"]]), **running.read_export()),
            capture_output=True,
            text=True,
            timeout=4 * PATIENCE,  # of twenty processes
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert listed in done.stdout
    [array] = [line for line in done.stdout.splitlines() if line.startswith("[")]
    assert [row["phone"] for row in json.loads(array)] == ["+14155550101"]
    for line in (
        "+14155550101 is created.",
        "Tagged 2 contacts; 0 unchanged.",
        "Untagged 1 contact; 0 unchanged.",
        "Would delete 1 contact.",
        "Deleted 1 contact.",
        "+14155550101 is verified.",
        "+14155550101 is opted in.",
    ):
        assert f"{line}\n" in done.stderr
