"""Paths, queries and links: values are replaced, and everything else stays as it was written."""

import pytest

from numberkeep.recording.fictitious import Fictitious
from numberkeep.recording.request_targets import replaced_link, replaced_target


@pytest.fixture
def fictitious() -> Fictitious:
    """Return the replacements of one recording."""
    return Fictitious(b"one", "US")


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/api/v2/contacts",
        "/api/v2/contacts?limit=10&offset=0&order_by=created_at&order_direction=desc",
        "/api/v2/contacts/bulk?on_error=skip",
        "/api/v2/contacts/?is_outbound=true",
        "/api/v2/no-such-path",
        "/api/send-message",
        "/_numberkeep/imports?x=",
    ],
)
def test_what_is_no_value_stays(fictitious: Fictitious, target: str) -> None:
    """Segments of known and unknown paths, counts, words of the API, and slashes."""
    assert replaced_target(target, fictitious) == target


@pytest.mark.parametrize("plus", ["+", "%2B", "%2b"])
def test_a_plus_stays_as_it_was_written(fictitious: Fictitious, plus: str) -> None:
    """A service may read the two forms differently."""
    phone = fictitious.phone("+14158675309").removeprefix("+")
    expected = plus.upper()
    path = replaced_target(f"/api/v2/contacts/{plus}14158675309?phone_number={plus}14158675309", fictitious)
    assert path == f"/api/v2/contacts/{expected}{phone}?phone_number={expected}{phone}"


def test_a_value_is_the_same_in_a_query_and_in_a_body(fictitious: Fictitious) -> None:
    """However the query encodes it."""
    made = fictitious.text("big fish").replace(" ", "+")
    assert replaced_target("/api?tag=big+fish&tag=big%20fish", fictitious) == f"/api?tag={made}&tag={made}"


def test_ids_and_names_in_paths_are_replaced(fictitious: Fictitious) -> None:
    """And parameters whose name is no name of a field."""
    made = replaced_target("/api/v2/messages/0c66dc54d31ff406/Lovelace?Ada=1&request_id=mine", fictitious)
    handle = fictitious.text("0c66dc54d31ff406")
    assert made.startswith(f"/api/v2/messages/{handle}/")
    assert not {"Lovelace", "Ada", "mine"} & set(made.replace("?", "/").replace("&", "/").replace("=", "/").split("/"))


def test_a_link_has_the_path_alone(fictitious: Fictitious) -> None:
    """With its cursor replaced, like that of the request which follows it."""
    link = replaced_link('<https://upstream.test/api/v2/contacts?cursor=WyJh&limit=1>; rel="next"', fictitious)
    assert link == f'</api/v2/contacts?cursor={fictitious.text("WyJh")}&limit=1>; rel="next"'
    assert replaced_link("Lovelace", fictitious) == ""


def test_a_link_has_nothing_but_its_relation(fictitious: Fictitious) -> None:
    """Other parameters and other addresses may contain anything."""
    given = '</api?cursor=WyJh>; title="Ada"; rel=next, <mailto:ada@corp.test>; rel="author", </Ada>; rel="Ada"'
    assert replaced_link(given, fictitious) == f'</api?cursor={fictitious.text("WyJh")}>; rel="next"'


def test_a_query_without_a_value_is_one(fictitious: Fictitious) -> None:
    """It looks like the name of a field."""
    assert "lovelace" not in replaced_target("/api/v2/contacts?lovelace&limit=1", fictitious)
