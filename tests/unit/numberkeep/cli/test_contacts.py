"""`numberkeep contacts` in this process: pages, filters, wrong uses, and what services answer."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from numberkeep.cli import contacts_chosen
from numberkeep.cli.main import cli
from numberkeep.domain.limits import MAX_TAGS, MAX_VALUE
from support.receiver import Trick, answer, receiving

ABOUT = answer(200, b'{"info": {"title": "numberkeep"}}')
ONE = "+14155550001"

Command = Callable[..., Result]
"""Runs `contacts` with some arguments, on a database."""


@pytest.fixture
def contacts(tmp_path: Path) -> Command:
    """Return a function that runs the command on an empty database."""
    database = ("--database", f"sqlite:///{tmp_path}/contacts.db")
    assert CliRunner().invoke(cli, ["keys", "create", *database]).exit_code == 0
    return lambda *arguments, **given: CliRunner().invoke(cli, ["contacts", *arguments, *database], **given)


def filled(contacts: Command, rows: list[str], path: Path) -> None:
    """Import rows of number, first name, tags and a custom variable."""
    path.write_text("phone,first_name,tags,Plan\n" + "".join(row + "\n" for row in rows))
    done = CliRunner().invoke(cli, ["import", str(path), "--database", f"sqlite:///{path.parent}/contacts.db"])
    assert done.exit_code == 0, done.stderr
    assert contacts("count").stdout == f"{len(rows)}\n"


def test_a_listing_of_many_pages_is_complete(contacts: Command, tmp_path: Path) -> None:
    """In its order, in each form, however long the texts are; a limit may end within a page."""
    rows = [f"+1415{555_0000 + n},{n % 7},{'even' if n % 2 == 0 else ''},{'x' * (n % 3) * 999}" for n in range(2345)]
    filled(contacts, rows, tmp_path / "contacts.csv")
    numbers = [row.partition(",")[0] for row in rows]
    for form in (("--json",), ("--no-header",), ("--csv", "--no-header")):
        done = contacts("list", "--order", "number", "--fields", "number", *form)
        listed = json.loads(done.stdout) if form == ("--json",) else done.stdout.split()
        assert [row["number"] if isinstance(row, dict) else row for row in listed] == numbers
    listed = contacts("list", "--fields", "number", "--no-header", "--limit", "1001").stdout.split()
    assert listed == numbers[::-1][:1001], "the newest first"
    by_name = json.loads(contacts("list", "--json", "--order", "first_name", "--reverse", "--tag", "even").stdout)
    assert [row["first_name"] for row in by_name] == sorted((str(n % 7) for n in range(0, 2345, 2)), reverse=True)
    assert contacts("count", "--tag", "even", "--json").stdout == '{"count": 1173}\n'


def test_pages_with_much_text_are_complete(contacts: Command) -> None:
    """They are read in slices."""
    variables = [part for n in range(90) for part in ("--var", f"{n}={'x' * MAX_VALUE}")]
    for n in range(3):
        assert contacts("set", f"+1415555000{n}", *variables).exit_code == 0
    rows = json.loads(contacts("list", "--json", "--order", "number").stdout)
    assert [(row["phone"], len(row["custom_variables"])) for row in rows] == [(f"+1415555000{n}", 90) for n in range(3)]


def test_many_contacts_are_changed_in_batches(
    contacts: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every contact is tagged, untagged and deleted once; those that would not change are counted apart."""
    monkeypatch.setattr(contacts_chosen, "BATCH", 10)
    filled(contacts, [f"+1415{555_0000 + n},,{'a' if n < 5 else ''}," for n in range(33)], tmp_path / "contacts.csv")
    done = contacts("tag", "a", "--all", "--yes", "--json")
    assert json.loads(done.stdout) == {"changed": 28, "unchanged": 5, "not_found": 0, "full": 0}
    assert contacts("count", "--tag", "a").stdout == "33\n"
    numbers = contacts("list", "--fields", "number").stdout
    done = contacts("untag", "a", "--json", "-", input=numbers)
    assert json.loads(done.stdout) == {"changed": 33, "unchanged": 0, "not_found": 0, "full": 0}
    done = contacts("rm", "--yes", "--json", "-", input=numbers)
    assert (json.loads(done.stdout), done.exit_code) == ({"deleted": 33, "not_found": 0}, 0)


def test_a_contact_with_all_its_tags_is_reported(contacts: Command) -> None:
    """Exit 1, because nothing was done."""
    tags = [part for n in range(MAX_TAGS) for part in ("--tag", str(n))]
    assert contacts("set", ONE, *tags).exit_code == 0
    done = contacts("tag", "one more", ONE)
    assert (done.exit_code, f'"{ONE}" has {MAX_TAGS} tags already: remove one' in done.stderr) == (1, True)


def test_a_dry_run_of_given_numbers_names_each_contact_once(contacts: Command) -> None:
    """However its number is written; nothing is changed."""
    assert contacts("set", ONE, "--tag", "a").exit_code == 0
    done = contacts("rm", "--dry-run", ONE, "(415) 555-0001", "nobody")
    assert (done.exit_code, done.stdout) == (3, f"{ONE}\n")
    assert "Would delete 1 contact; found none for 1 other number." in done.stderr
    done = contacts("untag", "a", "--dry-run", ONE)
    assert (done.exit_code, done.stdout, "Would untag 1 contact; 0 unchanged." in done.stderr) == (0, f"{ONE}\n", True)
    assert contacts("count", "--tag", "a").stdout == "1\n"


@pytest.mark.parametrize("command", [["rm", "--yes"], ["rm", "--dry-run"], ["tag", "a"], ["get"], ["opt-out"]])
def test_lines_that_cannot_be_numbers_stop_nothing(contacts: Command, command: list[str]) -> None:
    """However long they are; each is named with what cannot be seen of it."""
    assert contacts("set", ONE).exit_code == 0
    done = contacts(*command, "-", input=f"{'x' * 70}\n\x00\n{ONE}\n")
    errors = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert (done.exit_code, len(errors)) == (3, 2), done.stderr
    assert "x" * 71 not in done.stderr
    assert "\0" not in done.stderr


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        (["--created-after", "2020-01-01"], "12"),
        (["--created-after", "2020-01-01T00:00:00+02:00", "--verified"], ""),
        (["--created-after", "2999-12-31T23:59:59Z"], ""),
        (["--tag", "caf\u00e9"], "1"),
        (["--tag", "cafe\u0301", "--not-verified", "--not-opted-out"], "1"),
        (["--opted-out"], "2"),
    ],
)
def test_filters_are_combined(contacts: Command, filters: list[str], numbers: str) -> None:
    """All must match."""
    assert contacts("set", "+14155550001", "--tag", "cafe\u0301").exit_code == 0
    assert contacts("set", "+14155550002").exit_code == 0
    assert contacts("opt-out", "+14155550002").exit_code == 0
    done = contacts("list", "--order", "number", "--fields", "number", "--no-header", *filters)
    assert done.stdout.split() == [f"+1415555000{n}" for n in numbers]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        (["-q", "ada"], "13"),
        (["-q", "ADA love"], "1"),
        (["-q", "0002"], "2"),
        (["--where", "plan=gold"], "12"),
        (["--where", "plan=", "--not-verified"], "3"),
        (["--where", "plan=gold", "--where", "x=1", "-q", "vip"], "1"),
        (["--where", "plan=gold", "--tag", "nobody"], ""),
        (["-q", "ada", "--order", "last_name"], "31"),
        (["-q", "ada", "--order", "first_name", "--reverse"], "31"),
        (["-q", "ada", "--order", "created_at"], "31"),
        (["-q", "ada", "--order", "created_at", "--reverse", "--limit", "1"], "1"),
    ],
)
def test_a_search_is_a_filter_too(contacts: Command, filters: list[str], numbers: str) -> None:
    """With the others, and in every order; as a filter of commands that change contacts too."""
    vip = ("--tag", "vip", "--var", "plan=gold", "--var", "x=1")
    assert contacts("set", "+14155550001", "--first-name", "Ada", "--last-name", "Lovelace", *vip).exit_code == 0
    assert contacts("set", "+14155550002", "--first-name", "Grace", "--var", "plan=gold").exit_code == 0
    assert contacts("set", "+14155550003", "--first-name", "Ada").exit_code == 0
    order = () if "--order" in filters else ("--order", "number")
    done = contacts("list", "--fields", "number", "--no-header", *order, *filters)
    assert done.stdout.split() == [f"+1415555000{n}" for n in numbers]
    if not {"--limit", "--order"} & {*filters}:
        assert contacts("count", *filters).stdout == f"{len(numbers)}\n"
        assert sorted(contacts("rm", "--dry-run", *filters).stdout.split()) == done.stdout.split()


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [
        (["list", "--where", "plan"], "write for example --where Plan=gold"),
        (["list", "--where", "=x"], "write for example --where Plan=gold"),
        (["count", "--where", "a=1", "--where", "a=2"], "two values of a, but a contact has one"),
        (["rm", "--yes", "-q", " "], "name a word, or leave it out"),
        (["list", "--json", "--csv"], "exclude each other: leave one out"),
        (["list", "--fields", "numbers"], "did you mean number?"),
        (["list", "--created-after", "yesterday"], "write it in ISO 8601, for example 2026-01-31"),
        (["list", "--limit", "-1"], "--limit"),
        (["get"], "name a number, for example +14155552671, or pipe numbers in"),
        (["set", ONE, "--var", "plan"], "write for example --var plan=gold"),
        (["set", ONE, "--var", "plan=x", "--unset", "custom_variables.plan"], "both set and unset"),
        (["set", ONE, "--tag", "x", "--unset", "tags"], "both set and unset"),
        (["set", ONE, "--unset", "opt_out"], "use first_name, last_name"),
        (["rm"], "or add --all"),
        (["rm", ONE, "--tag", "x"], "not both"),
        (["rm", "--all", "--tag", "x"], "leave one out"),
        (["rm", "--all"], "add --yes, or --dry-run"),
        (["tag", "x", "--all"], "add --yes, or --dry-run"),
        (["tag", "x"], "or add --all"),
        (["opt-in", ONE], "add --yes"),
        (["verify", ONE, "--timeout", "0"], "--timeout"),
    ],
)
def test_a_wrong_use_names_the_fix(contacts: Command, arguments: list[str], fix: str) -> None:
    """Exit 2, and nothing is printed or changed."""
    done = contacts(*arguments)
    assert (done.exit_code, done.stdout, fix in " ".join(done.stderr.split())) == (2, "", True), done.stderr
    assert contacts("count").stdout == "0\n"


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [
        (["set", "nobody"], 'number is not a phone number: "nobody"; write it in E.164 form'),
        (["set", ONE, "--first-name", "x" * 201], "first_name"),
        (["set", ONE, "--tag", " "], "must not be blank"),
        (["set", ONE, "--sendblue-number", "x"], "sendblue_number is not a phone number"),
        (["tag", " ", ONE], "must not be blank: give it a name"),
        (["verify", ONE], "check it, or create one with `numberkeep contacts set`"),
        (["opt-out", "x" * 65], "number"),
    ],
)
def test_an_error_is_one_line_with_the_fix(contacts: Command, arguments: list[str], fix: str) -> None:
    """Exit 1; the messages are those of the service."""
    done = contacts(*arguments)
    lines = [line for line in done.stderr.splitlines() if "the account default in" not in line]
    assert (done.exit_code, done.stdout, len(lines)) == (1, "", 1), done.stderr
    assert lines[0].startswith("Error: ")
    assert fix in lines[0]


async def on_service(port: int, *arguments: str) -> Result:
    """Run the command on a service."""
    variables = {
        "SENDBLUE_API_BASE_URL": f"http://127.0.0.1:{port}",
        "SENDBLUE_API_API_KEY": "contacts-key",
        "SENDBLUE_API_API_SECRET": "contacts-secret",
    }
    return await asyncio.to_thread(CliRunner().invoke, cli, ["contacts", *arguments], env=variables)


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"[5]", b'[{"phone": 5}]', b"\xff"])
async def test_an_answer_in_another_form_is_an_error(body: bytes) -> None:
    """One line with the URL and without the answer; what was printed before stays."""
    async with receiving(ABOUT, answer(200, body)) as receiver:
        done = await on_service(receiver.port, "list")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "/api/v2/contacts does not answer as a numberkeep service does (status 200)" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        (
            ["list", "--tag", "a&b", "--tag", "c", "--not-verified", "--order", "last_name"],
            "tag=a%26b&tag=c&verified=false&order_by=last_name&order_direction=asc&limit=1000",
        ),
        (
            ["count", "--opted-out", "--created-after", "2026-01-31T09:30:00+02:00"],
            "opt_out=true&created_at_gte=2026-01-31T07%3A30%3A00%2B00%3A00&limit=1000",
        ),
        (["get", "+1 (415) 555-2671"], "phone_number=%2B1+%28415%29+555-2671"),
    ],
)
async def test_filters_and_numbers_are_sent_as_the_api_takes_them(arguments: list[str], query: str) -> None:
    """Escaped, in the query."""
    async with receiving(ABOUT, answer(200, b"[]")) as receiver:
        await on_service(receiver.port, *arguments)
    assert receiver.requests[1].line == f"GET /api/v2/contacts?{query} HTTP/1.1"


def line_of(n: int, name: str) -> dict[str, object]:
    """Return a line of an export."""
    return {
        "assigned_to_email": None,
        "company_name": None,
        "contact_id": f"{n:016x}",
        "created_at": f"2026-01-31T09:30:0{n}Z",
        "custom_variables": {},
        "first_name": name,
        "firstName": name,
        "last_name": None,
        "opt_out": False,
        "phone": f"+1415555000{n}",
        "sendblue_number": None,
        "tags": [],
        "verified": False,
    }


async def test_a_service_searches_for_its_contacts() -> None:
    """In an export, whose lines may contain any line break but the one that ends them; it is sorted here."""
    lines = [json.dumps(line_of(n, name), ensure_ascii=False) for n, name in ((1, "A\u2028d\u0085a"), (2, "\u65e5"))]
    body = "".join(f"{line}\n" for line in lines).encode()
    filters = ("--where", "Plan=a&b", "--where", "x=", "-q", "ada l", "--opted-out", "--tag", "t")
    async with receiving(ABOUT, answer(200, body)) as receiver:
        done = await on_service(receiver.port, "list", "--fields", "number", "--no-header", *filters)
    assert (done.exit_code, done.stdout) == (0, "+14155550002\n+14155550001\n"), done.stderr
    query = "format=jsonl&tag=t&opted_out=true&q=ada+l&where=Plan%3Da%26b&where=x%3D"
    assert receiver.requests[1].line == f"GET /_numberkeep/export?{query} HTTP/1.1"


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (answer(200, b'{"phone": 5}\n'), 1, "does not answer as a numberkeep service does"),
        (answer(200, b"<p>"), 1, "does not answer as a numberkeep service does"),
        (answer(401, b'{"message": "Invalid Credentials"}'), 4, "Error: Invalid Credentials\n"),
        (answer(404, b'{"message": "There is no /_numberkeep/export"}'), 1, "Error: There is no /_numberkeep/export\n"),
        (Trick.CLOSE, 1, "cannot reach http://127.0.0.1"),
    ],
)
async def test_a_search_that_fails_is_an_error(given: bytes | Trick, code: int, said: str) -> None:
    """Nothing of it is printed."""
    async with receiving(ABOUT, given) as receiver:
        done = await on_service(receiver.port, "list", "-q", "ada")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (code, "", 1)
    assert said in done.stderr


async def test_a_service_that_fails_in_between_is_an_error() -> None:
    """The error is not one of a single number, so the numbers that follow are not tried."""
    async with receiving(ABOUT, answer(503, b'{"message": "Too many writes are waiting: retry."}')) as receiver:
        done = await on_service(receiver.port, "opt-out", ONE, "+14155550002")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "Error: Too many writes are waiting: retry.\n")
    assert len(receiver.requests) == 2
