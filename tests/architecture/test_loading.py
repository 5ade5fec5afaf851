"""What the service loads when it starts: what only some services need is loaded when it is needed."""

import subprocess
import sys

from support.process import environment

PROGRAM = """
import sys
from numberkeep.app import make_application
from numberkeep.config.settings import Settings
make_application(Settings(database="sqlite://:memory:"))
print(*sorted(sys.modules))
"""


def test_the_console_is_not_loaded_at_the_start() -> None:
    """Neither its pages, nor the template engine, nor the tables of numbers that pages need."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment(), capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    late = ("numberkeep.console", "jinja2", "numberkeep.test_mode", "phonenumbers.data")
    assert [name for name in loaded if name.startswith(late)] == []
    assert "numberkeep.http.deferred" in loaded
