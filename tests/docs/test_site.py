"""The site of the documentation builds without a warning, and needs nothing from the network."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

import numberkeep.testing
import sendblue_api
from sendblue_api.resources import ContactsResource
from support.process import PATIENCE

ROOT: Final = Path(__file__).parents[2]


def build(docs: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """Build as `make docs` does."""
    command = [sys.executable, "-m", "sphinx.cmd.build", "--quiet", "--fail-on-warning", "--builder", "html"]
    command += ["--conf-dir", str(ROOT / "docsite"), "--doctree-dir", str(into / "doctrees"), str(docs), str(into)]
    return subprocess.run(command, capture_output=True, text=True, timeout=3 * PATIENCE, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built site."""
    into = tmp_path_factory.mktemp("site")
    done = build(ROOT / "docs", into)
    assert (done.returncode, done.stderr) == (0, "")
    return into


class Loaded(HTMLParser):
    """Collects what a browser loads with a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the addresses of the tags that load something."""
        if tag in {"script", "link", "img", "iframe", "source"}:
            self.urls += [value for name, value in attrs if name in {"src", "href", "srcset"} and value]


def test_no_page_loads_anything_from_the_network(site: Path) -> None:
    """Scripts, styles, fonts and images are files of the site."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(list((ROOT / "docs").rglob("*.md")))
    for page in pages:
        assert not [url for url in Loaded(page).urls if re.match(r"(https?:)?//", url)], page
    for style in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\W*(https?:)?//", style.read_text()), style


def test_the_reference_has_every_operation_and_every_method(site: Path) -> None:
    """Those of openapi.json, of the client and of the test kit."""
    api, client, kit = ((site / f"{page}.html").read_text() for page in ("api", "client", "kit"))
    document = json.loads((ROOT / "docs" / "openapi.json").read_text())
    operations = [each for item in document["paths"].values() for each in item.values()]
    assert len(operations) > 40
    assert not [each["operationId"] for each in operations if f">{each['operationId']}<" not in api]
    assert not [name for name in document["components"]["schemas"] if f'id="schema-{name.lower()}"' not in api]
    methods = [f"resources.ContactsResource.{name}" for name in dir(ContactsResource) if not name.startswith("_")]
    errors = [name for name in sendblue_api.__all__ if name.endswith("Error")]
    assert not [name for name in methods + errors if f'id="sendblue_api.{name}"' not in client]
    assert not [name for name in numberkeep.testing.__all__ if f'id="numberkeep.testing.{name}"' not in kit]


def test_mistakes_fail_the_build(tmp_path: Path) -> None:
    """A link to no page, a link to no heading, and a page that the navigation lacks."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("# Home\n\n[page](none.md) [heading](lost.md#none) [file](../lost.py)\n")
    (docs / "lost.md").write_text("# Lost\n")
    done = build(docs, tmp_path / "site")
    assert done.returncode == 1
    for mistake in ("'none.md'", "'none'", "'../lost.py'", "lost.md: WARNING: document isn't included in any toctree"):
        assert mistake in done.stderr
