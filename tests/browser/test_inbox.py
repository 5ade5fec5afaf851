"""The inbox: both sides of a conversation, what is concluded from replies, and what it shows without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from support.browser import Console
from support.databases import ENGINES

PHONE = "+14155550101"
HOSTILE = "<img src=x onerror=alert(1)> {{7*7}} \u202eabc " + "w" * 4000


def ask(console: Console, number: str = PHONE, **contact: str) -> None:
    """Create a contact and ask it for verification."""
    for path, body in (("", {"number": number, **contact}), ("/verify", {"number": number})):
        assert console.wire.post(f"/api/v2/contacts{path}", json=body).status_code == 200


@pytest.mark.parametrize("engine", ENGINES)
def test_a_reply_from_the_phone_verifies_and_stop_opts_out(console: Console, axe: Callable[[Page], None]) -> None:
    """What was concluded stands under each reply, and the person's state follows."""
    ask(console, first_name="Ada")
    page = console.go(f"inbox/{PHONE}")
    person, thread = page.get_by_label("Person", exact=True), page.locator("#thread")
    expect(person).to_contain_text("Waits for an answer until")
    page.get_by_role("link", name="Phone", exact=True).click()
    expect(page.get_by_role("heading", name="The phone of")).to_be_visible()
    page.get_by_role("button", name="yes", exact=True).click()
    expect(thread).to_contain_text("Verified: it answers the verification question.")
    expect(person).to_contain_text("verified")
    axe(page)
    page.get_by_role("button", name="STOP").click()
    expect(thread).to_contain_text("Opted out: the whole message is an opt-out word.")
    expect(person).to_contain_text("in a simulated reply: \u201cSTOP\u201d")
    page.get_by_role("textbox", name="Reply as this person").fill("START")
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(thread).to_contain_text("Opted in: the whole message is an opt-in word.")
    expect(page).to_have_url(f"{console.url}/console/inbox/{PHONE}?as=person")
    [entry, _] = console.wire.get("/_numberkeep/consent", params={"number": PHONE}).json()
    assert entry["source"] == "simulated"


def test_verification_and_opt_outs_are_seen_without_a_phone(console: Console, axe: Callable[[Page], None]) -> None:
    """From an empty inbox, by what each page offers next."""
    page = console.go("inbox")
    axe(page)
    page.get_by_role("link", name="Try it with").click()
    person, thread = page.get_by_label("Person", exact=True), page.locator("#thread")
    person.get_by_role("button", name="Add as a contact").click()
    person.get_by_role("button", name="Ask for verification").click()
    expect(person).to_contain_text("Waits for an answer until")
    axe(page)
    person.get_by_role("link", name="Answer as this person").click()
    page.get_by_role("button", name="yes", exact=True).click()
    expect(person).to_contain_text("verified")
    page.get_by_role("button", name="wrong number").click()
    expect(person).to_contain_text("An unclear reply waits for your decision.")
    expect(page.get_by_role("link", name="Review 1")).to_be_visible()
    person.get_by_role("button", name="Keep").click()
    expect(person).to_contain_text("Nothing is waiting.")
    page.get_by_role("button", name="STOP").click()
    expect(person).to_contain_text("Gets nothing until the person opts in.")
    page.get_by_role("button", name="START").click()
    expect(thread).to_contain_text("Opted in: the whole message is an opt-in word.")
    person.get_by_role("link", name="Show the contact").click()
    expect(page.get_by_role("heading", name="(415) 555-0123")).to_be_visible()


def test_enter_sends_a_message_and_empties_its_field(console: Console) -> None:
    """So the next Enter does not send it again."""
    page = console.go(f"inbox/{PHONE}")
    box, thread = page.get_by_role("textbox", name="Message"), page.locator("#thread")
    for text in ("Hello", "Again"):
        box.fill(text)
        box.press("Enter")
        expect(thread).to_contain_text(text)
        expect(box).to_have_value("")
    expect(box).to_be_focused()
    sent = console.wire.get("/api/v2/messages", params={"number": PHONE}).json()["data"]
    assert [each["content"] for each in sent] == ["Again", "Hello"]


def test_only_the_parts_of_the_inbox_scroll(console: Console) -> None:
    """However many conversations there are, the page ends with the window."""
    for n in range(8):
        ask(console, f"+1415555010{n}")
        console.wire.post("/_numberkeep/inbound", json={"from": f"+1415555010{n}", "content": "yes"})
    console.page.set_viewport_size({"width": 1280, "height": 400})
    page = console.go("inbox")
    expect(page.get_by_text("verified")).to_have_count(8)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_message_is_sent_and_a_refusal_is_said(console: Console) -> None:
    """To a number that is opted out nothing is sent."""
    page = console.go("inbox")
    page.get_by_label("Open the conversation of a number").fill("(415) 555-0101")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{console.url}/console/inbox/{PHONE}")
    page.get_by_role("textbox", name="Message").fill("Hello")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#thread")).to_contain_text("Hello")
    expect(page.locator("#conversations")).to_contain_text("You: Hello")
    expect(page.get_by_role("textbox", name="Message")).to_have_value("")
    console.wire.post("/api/v2/contacts/opt-out", json={"number": PHONE, "opted_out": True})
    page.get_by_role("textbox", name="Message").fill("Again")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("the recipient has opted out")
    expect(page.locator("#thread")).to_contain_text("The recipient has opted out.")


def test_an_unclear_reply_is_decided_beside_the_conversation(console: Console) -> None:
    """Nothing else changes until then."""
    ask(console)
    page = console.go(f"inbox/{PHONE}?as=person")
    page.get_by_role("button", name="wrong number").click()
    expect(page.locator("#thread")).to_contain_text("It waits for a decision.")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#thread")).to_contain_text("Decided: it changes nothing.")
    expect(page.get_by_label("Person", exact=True)).to_contain_text("Waits for an answer until")


def test_what_arrives_is_shown_at_once(console: Console) -> None:
    """In the list and in the conversation that is open; what is being typed stays."""
    ask(console)
    page = console.go(f"inbox/{PHONE}")
    page.get_by_role("textbox", name="Message").fill("Half a sent")
    console.wire.post("/_numberkeep/inbound", json={"from": PHONE, "content": "It is me"})
    expect(page.locator("#thread")).to_contain_text("It is me")
    expect(page.get_by_label("Person", exact=True)).to_contain_text("verified")
    console.wire.post("/_numberkeep/inbound", json={"from": "+14155550109", "content": "Hi there"})
    expect(page.locator("#conversations")).to_contain_text("Hi there")
    expect(page.get_by_role("textbox", name="Message")).to_have_value("Half a sent")
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()


def test_what_arrives_before_the_stream_is_open_is_shown(console: Console) -> None:
    """Between the page and its stream, and while the tab is hidden."""
    ask(console)

    def receive_first(route: Route) -> None:
        console.wire.post("/_numberkeep/inbound", json={"from": PHONE, "content": "In between"})
        route.continue_()

    console.page.route("**/inbox/events*", receive_first, times=1)
    page = console.go(f"inbox/{PHONE}")
    expect(page.locator("#thread")).to_contain_text("In between")
    show = "(state) => { Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});"
    show += "document.dispatchEvent(new Event('visibilitychange')) }"
    page.evaluate(show, "hidden")
    console.wire.post("/_numberkeep/inbound", json={"from": PHONE, "content": "While hidden"})
    page.evaluate(show, "visible")
    expect(page.locator("#thread")).to_contain_text("While hidden")
    console.expected = ["ERR_ABORTED"]


def test_a_page_that_shows_everything_is_not_fetched_again(console: Console) -> None:
    """The stream reports what the page does not show, and nothing else."""
    console.wire.post("/_numberkeep/inbound", json={"from": PHONE, "content": "Hi there"})
    console.wire.post("/_numberkeep/webhooks", json={"url": "https://example.com/"}).raise_for_status()
    fetched: list[str] = []
    console.page.on("request", lambda each: fetched.append(each.url) if "x-fragment" in each.headers else None)
    for path in (f"inbox/{PHONE}", "review", "webhooks/1"):
        with console.page.expect_response(lambda each: "/events" in each.url):
            page = console.go(path)
        page.wait_for_timeout(1500)  # longer than a stream needs to look once
    assert fetched == []


def test_what_is_late_does_not_replace_another_conversation(console: Console) -> None:
    """The answer to a refresh of the conversation that was open before."""
    for number, content in ((PHONE, "First"), ("+14155550102", "Second")):
        console.wire.post("/_numberkeep/inbound", json={"from": number, "content": content})
    page = console.go(f"inbox/{PHONE}")
    held: list[Route] = []
    page.route(f"**/inbox/{PHONE}", lambda each: held.append(each) if not held else each.continue_())
    with page.expect_request(lambda each: "thread" in each.headers.get("x-fragment", "")):
        console.wire.post("/_numberkeep/inbound", json={"from": PHONE, "content": "Third"})
    page.locator("#conversations a", has_text="Second").click()
    expect(page.locator("#thread")).to_contain_text("Second")
    with page.expect_response(f"**/inbox/{PHONE}"):
        held[0].continue_()
    page.wait_for_timeout(300)  # longer than the page needs to show an answer
    expect(page.locator("#thread")).not_to_contain_text("First")
    expect(page.locator("#thread")).to_contain_text("Second")


def test_there_is_one_stream_and_none_in_a_hidden_tab(console: Console) -> None:
    """HTTP/1.1 allows a browser six connections to a host."""
    streams: list[str] = []
    console.page.on("request", lambda each: streams.append(each.url) if "/inbox/events" in each.url else None)
    ask(console)
    page = console.go(f"inbox/{PHONE}")
    page.wait_for_timeout(300)
    page.get_by_role("link", name="Phone", exact=True).click()
    page.get_by_role("link", name="Account", exact=True).click()
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    assert len(streams) == 1
    with page.expect_event("requestfailed", lambda each: "/inbox/events" in each.url):
        page.evaluate(
            "Object.defineProperty(document, 'visibilityState', {value: 'hidden'});"
            "document.dispatchEvent(new Event('visibilitychange'))"
        )
    console.expected = ["ERR_ABORTED"]


def test_conversations_have_pages(console: Console) -> None:
    """The newest first, fifty at a time."""
    for n in range(60):
        console.wire.post("/_numberkeep/inbound", json={"from": f"+1415556{n:04d}", "content": f"I am {n}"})
    page = console.go("inbox")
    expect(page.locator("#conversations li")).to_have_count(50)
    expect(page.locator("#conversations li").first).to_contain_text("I am 59")
    page.get_by_role("link", name="Older").click()
    expect(page.locator("#conversations li")).to_have_count(10)
    page.get_by_role("link", name="Newest").click()
    expect(page.locator("#conversations li").first).to_contain_text("I am 59")


def test_hostile_texts_are_only_text(console: Console, axe: Callable[[Page], None]) -> None:
    """In names, messages and senders without a number; nothing is wider than a phone."""
    ask(console, first_name=HOSTILE[:200], company_name=HOSTILE[:200])
    console.wire.post("/_numberkeep/inbound", json={"from": PHONE, "content": HOSTILE})
    console.wire.post("/_numberkeep/inbound", json={"from": "12345", "content": "<b>code</b>"})
    page = console.page
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 740})
        for path in (f"inbox/{PHONE}", "inbox/12345", "inbox"):
            console.go(path)
            expect(page.locator("#inbox img")).to_have_count(0)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            axe(page)
    console.go(f"inbox/{PHONE}")
    expect(page.locator("#thread")).to_contain_text("{{7*7}}")


def test_a_number_that_is_none_is_refused_in_words(console: Console) -> None:
    """What was written stays."""
    console.expected = ["400"]
    page = console.go("inbox")
    page.get_by_label("Open the conversation of a number").fill("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The number is not a phone number")
    expect(page.get_by_label("Open the conversation of a number")).to_have_value("12")


def test_a_read_only_key_reads(opened: Callable[..., Console]) -> None:
    """There is nothing to write with."""
    console = opened(read_only=True)
    page = console.go(f"inbox/{PHONE}")
    expect(page.locator("#thread")).to_contain_text("There are no messages")
    expect(page.get_by_role("textbox", name="Message")).to_have_count(0)
    console.go(f"inbox/{PHONE}?as=person")
    expect(page.get_by_role("button", name="STOP")).to_have_count(0)


def test_the_inbox_works_without_scripts(opened: Callable[..., Console]) -> None:
    """Links, forms and redirects; a link loads the page again."""
    console = opened(java_script_enabled=False)
    ask(console)
    page = console.go("inbox")
    expect(page.get_by_role("link", name="Load the page again")).to_be_visible()
    page.locator("#conversations a").first.click()
    page.get_by_role("link", name="Phone", exact=True).click()
    page.get_by_role("button", name="yes", exact=True).click()
    expect(page.locator("#thread")).to_contain_text("Verified")
    expect(page).to_have_url(f"{console.url}/console/inbox/{PHONE}?as=person")
