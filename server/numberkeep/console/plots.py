"""Plots as SVG: lines and bars with labeled axes. Pure; colors are classes of the style sheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from markupsafe import Markup, escape

_LEFT: Final = 56
_RIGHT: Final = 8
_TOP: Final = 8
_BOTTOM: Final = 24
_TICKS: Final = 4
_LABEL_WIDTH: Final = 64
"""The least room for the label of a day."""


@dataclass(slots=True, frozen=True)
class Series:
    """Values with a name, one for each place of the plot."""

    name: str
    values: Sequence[int]


@dataclass(slots=True, frozen=True)
class Plot:
    """A plot.

    Attributes:
        labels: the name of each place, such as a day.
        series: one or two of them.
        is_line: whether values are joined by a line; otherwise each has a bar.
        width: its width in pixels.
        height: its height.
    """

    labels: Sequence[str]
    series: Sequence[Series]
    is_line: bool = False
    width: int = 520
    height: int = 180


@dataclass(slots=True, frozen=True)
class Axis:
    """The values that an axis has labels at, from its lower to its upper end."""

    ticks: Sequence[int]

    @property
    def low(self) -> int:
        """The lower end."""
        return self.ticks[0]

    @property
    def high(self) -> int:
        """The upper end."""
        return self.ticks[-1]


def axis_of(values: Sequence[int], *, from_zero: bool) -> Axis:
    """Return an axis of whole numbers for these values, with few round labels.

    Args:
        values: the values; none make an axis from 0 to 1.
        from_zero: whether it begins at 0, as bars need it. Otherwise it does so unless the values differ little.
    """
    high, low = max((*values, 0)), min(values, default=0)
    if from_zero or 2 * low < high:
        low = 0
    step = _step(max(high - low, 1) / _TICKS)
    first, last = floor(low / step) * step, max(ceil(high / step) * step, 1)
    if first == last:
        last += step
    return Axis(range(first, last + 1, step))


def svg(plot: Plot) -> Markup:
    """Return the plot, without what screen readers need: show its values in a table beside it."""
    axis = axis_of([value for each in plot.series for value in each.values], from_zero=not plot.is_line)
    inner = plot.height - _TOP - _BOTTOM

    def y(value: float) -> float:
        return round(_TOP + inner * (axis.high - value) / (axis.high - axis.low), 1)

    parts = [
        Markup('<svg class="plot" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true">').format(
            w=plot.width, h=plot.height
        )
    ]
    parts += [
        Markup('<path class="grid" d="M{} {}H{}"/><text class="end" x="{}" y="{}">{}</text>').format(
            _LEFT, y(tick), plot.width - _RIGHT, _LEFT - 8, y(tick) + 4, short(tick)
        )
        for tick in axis.ticks
    ]
    parts += _days(plot)
    parts += _lines(plot, y) if plot.is_line else _bars(plot, y)
    parts += _hovers(plot)
    return Markup("").join([*parts, Markup("</svg>")])


def short(value: int) -> str:
    """Return a number in few characters: `950`, `12.5k`, `3M`."""
    for size, unit in ((1_000_000, "M"), (1000, "k")):
        if value >= 10 * size or (value >= size and value % (size // 10) == 0):
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return f"{value:,}"


def _step(least: float) -> int:
    """Return the smallest 1, 2 or 5 times a power of ten that is not below `least`."""
    if least <= 1:
        return 1
    power = 10 ** floor(log10(least))
    return int(next(each * power for each in (1, 2, 5, 10) if each * power >= least))


def _slot(plot: Plot) -> float:
    return (plot.width - _LEFT - _RIGHT) / max(len(plot.labels), 1)


def _days(plot: Plot) -> list[Markup]:
    """Return the labels of places, as many as have room, the last one among them."""
    slot = _slot(plot)
    last = len(plot.labels) - 1
    # The last label may end at the edge: it is then nearer to the one before.
    every = 1 if slot >= _LABEL_WIDTH else ceil(1.25 * _LABEL_WIDTH / slot)
    parts: list[Markup] = []
    for place in range(last, -1, -every):
        x, is_cut = _LEFT + slot * (place + 0.5), place == last and slot < _LABEL_WIDTH
        parts.append(
            Markup('<text class="{}" x="{:.1f}" y="{}">{}</text>').format(
                "end" if is_cut else "middle",
                plot.width - _RIGHT if is_cut else x,
                plot.height - 6,
                plot.labels[place],
            )
        )
    return parts


def _lines(plot: Plot, y: Callable[[float], float]) -> list[Markup]:
    slot = _slot(plot)
    parts: list[Markup] = []
    for number, each in enumerate(plot.series):
        points = [(_LEFT + slot * (place + 0.5), y(value)) for place, value in enumerate(each.values)]
        path = "L".join(f"{x:.1f} {at}" for x, at in points)
        parts.append(Markup('<path class="line s{}" d="M{}"/>').format(number, path))
        if len(points) == 1:
            parts.append(Markup('<circle class="fill s{}" cx="{:.1f}" cy="{}" r="3"/>').format(number, *points[0]))
    return parts


def _bars(plot: Plot, y: Callable[[float], float]) -> list[Markup]:
    slot, count = _slot(plot), len(plot.series)
    width = max(min((slot * 0.7) / count, 28), 1)
    return [
        Markup('<rect class="fill s{}" x="{:.1f}" y="{}" width="{:.1f}" height="{:.1f}"/>').format(
            number,
            _LEFT + slot * (place + 0.5) + width * (number - count / 2),
            y(value),
            width,
            y(0) - y(value),
        )
        for number, each in enumerate(plot.series)
        for place, value in enumerate(each.values)
        if value
    ]


def _hovers(plot: Plot) -> list[Markup]:
    """Return what shows the values of each place while the pointer is over it."""
    slot = _slot(plot)
    return [
        Markup('<rect class="over" x="{:.1f}" y="{}" width="{:.1f}" height="{}"><title>{}</title></rect>').format(
            _LEFT + slot * place,
            _TOP,
            slot,
            plot.height - _TOP - _BOTTOM,
            escape(", ".join([label, *(f"{each.name}: {each.values[place]:,}" for each in plot.series)])),
        )
        for place, label in enumerate(plot.labels)
    ]
