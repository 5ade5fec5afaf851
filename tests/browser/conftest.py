"""A browser for each file of tests, and real services that its tests share; each test has an account of its own.

Playwright's event loop runs as long as the browser does, so tests here are not async, and no browser outlives its file.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from support.browser import FLAGS, Console, Watched, check_accessibility, program, signed_in
from support.databases import sqlite_url
from support.process import PATIENCE, Serving, serving

Service = tuple[Serving, str]
"""A service, and the URL of its database."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Chromium."""
    path = program()
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=FLAGS)


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """Return the settings of the services; a file of tests may have its own."""
    return {}


@pytest.fixture(scope="module")
def services(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, settings: dict[str, str]
) -> Iterator[Callable[[str], Service]]:
    """Return a function that returns the service on an engine, which it starts when it is asked for it first."""
    running: dict[str, Service] = {}
    with ExitStack() as stack:

        def on(engine: str) -> Service:
            if engine not in running:
                folder = tmp_path_factory.mktemp("console")
                url = sqlite_url(folder)
                if engine == "postgres":
                    server = request.getfixturevalue("postgres_server")
                    url = server.create_database()
                    stack.callback(server.drop_database, url)
                service = stack.enter_context(serving(folder, "--database", url, **settings))
                service.read_export()
                running[engine] = service, url
            return running[engine]

        yield on


@pytest.fixture
def engine() -> str:
    """Return the engine of the test's service; tests that write are parametrized with ENGINES."""
    return "sqlite"


@pytest.fixture
def service(services: Callable[[str], Service], engine: str) -> Serving:
    """Return the service."""
    return services(engine)[0]


@pytest.fixture
def database(services: Callable[[str], Service], engine: str) -> str:
    """Return the URL of its database."""
    return services(engine)[1]


@pytest.fixture
def console(browser: Browser, service: Serving, database: str) -> Iterator[Console]:
    """Return a signed-in page of a new account. Errors, violations of the policy and requests to others fail the test.

    Its options, such as `color_scheme`, are those of `opened`.
    """
    with signed_in(browser, service, database) as console:
        yield console


@pytest.fixture
def opened(browser: Browser, service: Serving, database: str) -> Iterator[Callable[..., Console]]:
    """Return a function that returns such a page with options, as for `signed_in`."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(signed_in(browser, service, database, **options))


@pytest.fixture
def visitor(browser: Browser, service: Serving) -> Iterator[Watched]:
    """Return a page without a session; faults fail the test as for `console`."""
    context = browser.new_context()
    watched = Watched.of(context, service.url)
    yield watched
    watched.check()
    context.close()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Return a function that checks that axe finds nothing serious on a page."""
    return check_accessibility
