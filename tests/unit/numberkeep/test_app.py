"""What a process is built from: without `--test`, nothing of test mode."""

import subprocess
import sys
from typing import Final

from numberkeep.app import make_application
from numberkeep.config.database_url import IN_MEMORY
from numberkeep.config.settings import Settings
from numberkeep.http.application import Application
from numberkeep.http.closing import Closing
from numberkeep.test_app import make_test_application
from numberkeep.test_mode.application import TestApplication

_LOADED: Final = """
import multiprocessing, sys
from numberkeep.config.settings import load_settings
from numberkeep.serving import load
_, stopping = multiprocessing.Pipe(duplex=False)
application = load(load_settings(database="sqlite://:memory:", environ={}), 0, None, stopping)
print(type(application).__name__, [name for name in sys.modules if name.startswith("numberkeep.test_")])
"""


def test_a_worker_serves_the_bare_application() -> None:
    """No wrapper is on the path of a request, and no module of test mode is loaded."""
    done = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "Application []\n"


def test_only_test_mode_has_a_wrapper() -> None:
    """Both applications are built by one function each."""
    settings = Settings(database=IN_MEMORY)
    assert type(make_application(settings)) is Application
    assert type(make_test_application(settings, Closing(), lambda _: None)) is TestApplication
