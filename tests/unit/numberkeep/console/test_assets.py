"""The files of the console."""

import gzip
from importlib import resources

from numberkeep.console.assets import Assets

CODE = [
    item for item in (resources.files("numberkeep.console") / "static").iterdir() if item.name.endswith((".js", ".css"))
]


def test_scripts_and_styles_are_small() -> None:
    """All together, of all pages: 25 KB as they are sent, compressed."""
    assert len(CODE) > 10
    assert sum(len(gzip.compress(item.read_bytes())) for item in CODE) <= 25 * 1024


def test_no_file_refers_to_another_host() -> None:
    """But by the names of XML."""
    for item in CODE:
        text = item.read_text("utf-8").replace("http://www.w3.org/", "")
        assert "http://" not in text, item.name
        assert "https://" not in text, item.name
        assert "@import" not in text, item.name


def test_every_script_is_fetched_at_once() -> None:
    """A page names all modules, so that none waits for another one."""
    names = {path.rpartition("/")[2] for path in Assets().modules()}
    assert names == {item.name for item in CODE if item.name.endswith(".js")}
