"""Webhooks: a new one, a sample, what was sent and answered, retries, and the end of one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from support.browser import Console
from support.databases import ENGINES

PHONE = "+14155550101"


@dataclass
class Hook:
    """A receiver on the loopback interface.

    Attributes:
        status: what it answers.
        body: the body of its answers.
        requests: the headers of the requests that it got.
        url: where it is.
    """

    status: int = 200
    body: bytes = b'{"ok": true}'
    requests: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """Allow deliveries to this host."""
    return {"NUMBERKEEP_ALLOWED_NETWORKS": "127.0.0.0/8"}


@pytest.fixture
def hook() -> Iterator[Hook]:
    """Run a receiver."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            hook.requests.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(hook.status)
            self.send_header("content-length", str(len(hook.body)))
            self.end_headers()
            self.wfile.write(hook.body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hook.url = f"http://127.0.0.1:{server.server_port}/hook"
        Thread(target=server.serve_forever, daemon=True).start()
        yield hook
        server.shutdown()


def register(console: Console, hook: Hook) -> None:
    """Register the receiver for new contacts."""
    answer = console.wire.post("/_numberkeep/webhooks", json={"url": hook.url, "types": ["contact.created"]})
    assert answer.status_code == 200


@pytest.mark.parametrize("engine", ENGINES)
def test_a_webhook_is_added_and_tested(console: Console, hook: Hook, axe: Callable[[Page], None]) -> None:
    """Its secret is shown once; a sample arrives marked, and its answer is shown."""
    page = console.go("webhooks")
    expect(page.get_by_text("There are no webhooks yet.")).to_be_visible()
    page.get_by_role("link", name="New webhook").click()
    page.get_by_label("URL").fill(hook.url)
    page.get_by_label("message.received").check()
    axe(page)
    page.get_by_role("button", name="Add webhook").click()
    expect(page.get_by_text("whsec_")).to_be_visible()
    page.get_by_role("link", name="Show the webhook").click()
    expect(page.get_by_text("Nothing was sent yet.")).to_be_visible()
    page.get_by_role("button", name="Send a sample").click()
    expect(page.get_by_role("status")).to_contain_text("A sample was sent. It answered 200.")
    [request] = hook.requests
    assert request["numberkeep-sample"] == "true"
    axe(page)
    page.locator("#attempts a").first.click()
    drawer = page.get_by_role("dialog", name="Details")
    expect(drawer.get_by_label("Body of the request")).to_contain_text('"content": "This is a sample."')
    expect(drawer.get_by_label("Headers of the request")).to_contain_text("webhook-signature: v1,")
    expect(drawer.get_by_label("Body of the answer")).to_have_text('{"ok": true}')
    axe(page)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_failed_delivery_is_retried_at_once(console: Console, hook: Hook) -> None:
    """The attempt shows why it failed, and the page follows the next one."""
    register(console, hook)
    hook.status, hook.body = 500, b"<h1>Out of order</h1>"
    page = console.go("webhooks/1")
    console.wire.post("/api/v2/contacts", json={"number": PHONE})
    row = page.locator("#attempts tbody tr")
    expect(row).to_contain_text("answered 500")
    expect(row).to_contain_text("will be retried")
    row.get_by_role("link").click()
    drawer = page.get_by_role("dialog", name="Details")
    expect(drawer.get_by_label("Body of the answer")).to_have_text("<h1>Out of order</h1>")
    hook.status = 200
    drawer.get_by_role("button", name="Retry now").click()
    expect(page.get_by_role("status")).to_contain_text("Retrying now.")
    expect(row).to_have_count(2)
    expect(row.first).to_contain_text("200")
    expect(row.first).to_contain_text("done")
    page.goto(f"{console.url}/console/webhooks/1/attempts/1")
    expect(page.get_by_role("button", name="Retry now")).to_have_count(0)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_webhook_is_disabled_enabled_and_deleted(console: Console, hook: Hook) -> None:
    """What happens meanwhile is not sent to a disabled one."""
    register(console, hook)
    page = console.go("webhooks/1")
    page.get_by_role("button", name="Disable").click()
    expect(page.locator("#webhook-state")).to_contain_text("disabled")
    console.wire.post("/api/v2/contacts", json={"number": PHONE})
    page.get_by_role("button", name="Enable").click()
    expect(page.locator("#webhook-state")).to_contain_text("enabled")
    console.wire.post("/api/v2/contacts", json={"number": "+14155550102"})
    expect(page.locator("#attempts tbody tr")).to_have_count(1)
    expect(page.locator("#attempts tbody tr")).to_contain_text("555-0102")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("dialog", name="Details").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("The webhook was deleted")
    assert console.wire.get("/_numberkeep/webhooks").json() == []


def test_a_url_that_is_not_allowed_is_refused_in_words(console: Console, axe: Callable[[Page], None]) -> None:
    """What was entered stays."""
    console.expected = ["400"]
    page = console.go("webhooks/new")
    page.get_by_label("URL").fill("http://10.0.0.1/hook")
    page.get_by_label("contact.created").check()
    page.get_by_role("button", name="Add webhook").click()
    expect(page.get_by_role("alert")).to_contain_text("10.0.0.1 is a private address")
    expect(page.get_by_label("URL")).to_have_value("http://10.0.0.1/hook")
    expect(page.get_by_label("contact.created")).to_be_checked()
    axe(page)


def test_hostile_answers_are_only_text(console: Console, hook: Hook) -> None:
    """Whatever a receiver answers, and however long a URL is."""
    hook.url += "/" + "x" * 500
    hook.status, hook.body = 418, b"<img src=x onerror=alert(1)>\x00\xff" + b"y" * 5000
    register(console, hook)
    console.wire.post("/_numberkeep/webhooks/1/sample").raise_for_status()
    page = console.page
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 740})
        for path in ("webhooks", "webhooks/1", "webhooks/1/attempts/1", "webhooks/1/delete"):
            console.go(path)
            expect(page.locator("main img")).to_have_count(0)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(console.go("webhooks/1/attempts/1").get_by_label("Body of the answer")).to_contain_text("<img src=x")


def test_what_does_not_exist_is_said(console: Console) -> None:
    """A webhook, and an attempt that is no longer kept."""
    console.expected = ["404"]
    expect(console.go("webhooks/7").get_by_text("There is no webhook of this number")).to_be_visible()
    console.wire.post("/_numberkeep/webhooks", json={"url": "http://127.0.0.1:9/"})
    expect(console.go("webhooks/1/attempts/99").get_by_text("This attempt is no longer kept.")).to_be_visible()


def test_what_was_not_sent_is_said(console: Console) -> None:
    """A host that does not resolve gets no request."""
    console.wire.post("/_numberkeep/webhooks", json={"url": "http://nowhere.invalid/"}).raise_for_status()
    console.wire.post("/_numberkeep/webhooks/1/sample").raise_for_status()
    page = console.go("webhooks/1/attempts/1")
    expect(page.get_by_text("It was not sent.")).to_be_visible()
    expect(page.get_by_label("Body of the request")).to_have_count(0)


def test_webhooks_work_without_scripts(opened: Callable[..., Console], hook: Hook) -> None:
    """Each drawer is a page too."""
    console = opened(java_script_enabled=False)
    page = console.go("webhooks")
    page.get_by_role("link", name="New webhook").click()
    page.get_by_label("URL").fill(hook.url)
    page.get_by_role("button", name="Add webhook").click()
    page.get_by_role("link", name="Show the webhook").click()
    page.get_by_role("button", name="Send a sample").click()
    expect(page.locator("#attempts tbody tr")).to_contain_text("200")
    page.locator("#attempts a").first.click()
    expect(page.get_by_label("Body of the answer")).to_have_text('{"ok": true}')
