"""How values are shown."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from numberkeep.console.paths import inner_path
from numberkeep.console.reader import READER, Reader, zone_named
from numberkeep.console.values import e164, full_time, iso, masked, number, short_time

MOMENT = datetime(2020, 11, 30, 23, 30, tzinfo=UTC)


@pytest.fixture
def reader() -> Iterator[None]:
    """Have a reader in Berlin, whose account is in Germany."""
    token = READER.set(Reader(zone_named("Europe/Berlin"), region="DE"))
    yield
    READER.reset(token)


@pytest.mark.usefixtures("reader")
def test_times_are_in_the_zone_of_the_reader() -> None:
    """The day may be another one."""
    assert full_time(MOMENT) == "1 Dec 2020, 00:30 CET"
    assert short_time(MOMENT) == "1 Dec 2020"
    assert iso(MOMENT) == "2020-11-30T23:30:00Z"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-0.5, "now"),
        (-59, "now"),
        (-61, "1 min. ago"),
        (-89, "1 min. ago"),
        (95, "in 2 min."),
        (-3 * 3600 - 1, "3 hr. ago"),
        (-26 * 3600, "yesterday"),
        (26 * 3600, "tomorrow"),
        (-6.6 * 86_400, "7 days ago"),
        (3 * 86_400 + 1, "in 3 days"),
    ],
)
def test_a_time_of_this_week_is_relative_to_now(seconds: float, shown: str) -> None:
    """As the script shows it, which replaces it every half minute."""
    assert short_time(datetime.now(UTC) + timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize("value", [MOMENT, 1_606_779_000_000_000, "2020-11-30T23:30:00Z"])
def test_a_time_may_have_any_form(value: datetime | int | str) -> None:
    """That of the domain, of the store and of the API; UTC for a reader whose zone is unknown."""
    assert full_time(value) == "30 Nov 2020, 23:30 UTC"


@pytest.mark.parametrize(
    "name", ["", "Nowhere/Else", "../../etc/passwd", "x" * 100, "\u00e9", "/etc/passwd", "Europe/"]
)
def test_an_unknown_zone_is_utc(name: str) -> None:
    """People can set their own cookies."""
    assert str(zone_named(name)) == "UTC"


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+4930901820", "030 901820"),
        ("+14155550123", "+1 415-555-0123"),
        ("+999123456", "+999123456"),
        ("+1", "+1"),
    ],
)
def test_numbers_are_shown_as_people_write_them(phone: str, shown: str) -> None:
    """National for the account's region, international for others, and as it is if it is no known number."""
    assert number(phone) == shown


def test_numbers_are_masked_on_demand() -> None:
    """The last four digits stay, and how long the number is."""
    token = READER.set(Reader(zone_named("UTC"), masked=True))
    try:
        assert number("+14155550123") == "+\u2022 \u2022\u2022\u2022-\u2022\u2022\u2022-0123"
        assert e164("+14155550123") == "+\u2022\u2022\u2022\u2022\u2022\u2022\u20220123"
    finally:
        READER.reset(token)
    assert masked("123") == "123"


@pytest.mark.parametrize("path", ["/console", "/console/contacts?tag=a%20b", "/console?x=1"])
def test_a_path_of_the_console_leads_on(path: str) -> None:
    """After signing in, to what was asked for."""
    assert inner_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "/",
        "//evil.example",
        "https://evil.example",
        "/consolex",
        "/console\\evil",
        "/console/\n",
        "/console.evil",
        1,
    ],
)
def test_another_path_leads_to_the_first_page(path: object) -> None:
    """To no other site, and to nothing that is not the console."""
    assert inner_path(path) == "/console"
