"""The link that `numberkeep serve` prints at its first start."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.browser import Watched
from support.databases import ENGINES, NewDatabase
from support.process import Serving, serving


def link_of(service: Serving) -> str:
    """Return the link that a service has printed."""
    assert service.process.stderr
    line = service.process.stderr.readline()
    while "Console (" not in line:
        line = service.process.stderr.readline()
        assert line
    match = re.search(r"http://\S+", line)
    assert match
    return match[0]


@pytest.mark.parametrize(("engine", "arguments"), [*((engine, ()) for engine in ENGINES), ("memory", ("--test",))])
def test_the_link_signs_in_once(
    browser: Browser, new_database: NewDatabase, tmp_path: Path, engine: str, arguments: tuple[str, ...]
) -> None:
    """It opens the contacts; another use of it is refused with what to do instead."""
    workers = ("--workers", "2") if engine == "postgres" else ()
    place = () if engine == "memory" else ("--database", new_database(engine))
    with serving(tmp_path, *arguments, *place, *workers) as service:
        link = link_of(service)
        first, second = browser.new_context(), browser.new_context()
        watched, again = Watched.of(first, service.url), Watched.of(second, service.url)
        watched.page.goto(link)
        expect(watched.page.get_by_role("heading", name="Contacts")).to_be_visible()
        again.expected = ["403"]
        again.page.goto(link)
        expect(again.page.get_by_role("alert")).to_contain_text("This link was used before")
        watched.go("keys")
        expect(watched.page.get_by_role("cell", name="yours")).to_be_visible()
        for each in (watched, again):
            each.check()
        first.close()
        second.close()


def test_a_service_that_others_reach_prints_no_link(tmp_path: Path) -> None:
    """Nor does one that has keys already: it prints where the console is."""
    with serving(tmp_path, "--host", "0.0.0.0") as service:  # noqa: S104 - for this test alone
        assert service.process.stderr
        assert "/console" in (line := service.process.stderr.readline())
        assert "token" not in line
    with serving(tmp_path) as service:
        assert service.process.stderr
        assert service.process.stderr.readline() == f"Console: {service.url}/console\n"
