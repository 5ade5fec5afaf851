"""Plots: axes with few round labels, and what is drawn for each value."""

import re

import pytest

from numberkeep.console.plots import Plot, Series, axis_of, short, svg


@pytest.mark.parametrize(
    ("values", "from_zero", "ticks"),
    [
        ([], True, [0, 1]),
        ([0, 0], True, [0, 1]),
        ([1], True, [0, 1]),
        ([3], True, [0, 1, 2, 3]),
        ([5, 2], True, [0, 2, 4, 6]),
        ([97], True, [0, 50, 100]),
        ([1_000_000], True, [0, 500_000, 1_000_000]),
        ([1000, 1004], False, [1000, 1001, 1002, 1003, 1004]),
        ([1000, 1004], True, [0, 500, 1000, 1500]),
        ([0, 1004], False, [0, 500, 1000, 1500]),
        ([1000, 1000], False, [1000, 1001]),
    ],
)
def test_an_axis_has_few_round_labels(values: list[int], ticks: list[int], *, from_zero: bool) -> None:
    """Whole numbers that include all values."""
    assert list(axis_of(values, from_zero=from_zero).ticks) == ticks


@pytest.mark.parametrize("high", [*range(1, 300), 12_345, 999_999, 10**12])
def test_every_value_is_within_the_axis(high: int) -> None:
    """With at most six labels."""
    for low in (0, high // 2, high - 1, high):
        for from_zero in (True, False):
            ticks = axis_of([low, high], from_zero=from_zero).ticks
            assert ticks[0] <= low
            assert ticks[-1] >= high
            assert 2 <= len(ticks) <= 6


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (950, "950"), (1000, "1k"), (1250, "1,250"), (1500, "1.5k"), (12_500, "12.5k"), (3_000_000, "3M")],
)
def test_labels_are_short_and_exact(value: int, text: str) -> None:
    """A label must not say another value."""
    assert short(value) == text


def test_bars_have_the_heights_of_their_values() -> None:
    """A value of 0 has none; the second series stands beside the first."""
    drawn = svg(Plot(["a", "b"], [Series("One", [2, 0]), Series("Two", [1, 4])]))
    heights = {(name, float(height)) for name, height in re.findall(r'class="fill (s\d)".*? height="([\d.]+)"', drawn)}
    assert heights == {("s0", 74.0), ("s1", 37.0), ("s1", 148.0)}


def test_a_line_joins_all_values() -> None:
    """One value alone is a point."""
    [path] = re.findall(
        r'class="line s0" d="M([^"]+)"', svg(Plot(["a", "b", "c"], [Series("One", [1, 2, 3])], is_line=True))
    )
    assert len(path.split("L")) == 3
    assert 'r="3"' in svg(Plot(["a"], [Series("One", [1])], is_line=True))


def test_the_values_of_each_place_are_shown_on_hover() -> None:
    """With the names of the series."""
    drawn = svg(Plot(["1 Nov", "2 Nov"], [Series("Sent", [1234, 0]), Series("Received", [5, 6])]))
    assert re.findall("<title>(.*?)</title>", drawn) == [
        "1 Nov, Sent: 1,234, Received: 5",
        "2 Nov, Sent: 0, Received: 6",
    ]


def test_labels_have_room() -> None:
    """Of a year of days only some are named, the last one always."""
    labels = [f"{n} Nov" for n in range(366)]
    names = re.findall(
        r'<text class="(?:middle|end)" x="[\d.]+" y="174">(.*?)</text>', svg(Plot(labels, [Series("One", [1] * 366)]))
    )
    assert names[0] == "365 Nov"
    assert 3 <= len(names) <= 7


def test_names_are_escaped() -> None:
    """Whatever they contain."""
    drawn = svg(Plot(["<img>"], [Series("<script>", [1])]))
    assert "<img>" not in drawn
    assert "<script>" not in drawn


@pytest.mark.parametrize("is_line", [True, False])
def test_nothing_needs_an_inline_style(*, is_line: bool) -> None:
    """The content security policy forbids them; a plot without places is empty."""
    assert "style" not in svg(Plot(["a"], [Series("One", [1])], is_line=is_line))
    assert svg(Plot([], [Series("One", [])], is_line=is_line)).endswith("</svg>")
