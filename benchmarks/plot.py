"""Charts as SVG, written by hand: two kinds need no library."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_OURS, _OTHERS, _INK, _GRID = "#1f6feb", "#8c959f", "#24292f", "#d0d7de"
_COLOURS = (_OURS, "#57606a", "#bc4c00")
_WIDTH, _LEFT, _RIGHT, _TOP = 760, 190, 150, 44
_LINE_HEIGHT = 16.0


@dataclass(frozen=True)
class Bar:
    """value: what is drawn; text: what is written behind it."""

    label: str
    value: float
    text: str
    highlighted: bool


def bar_chart(title: str, bars: Sequence[Bar]) -> str:
    """Bars on a logarithmic scale, each with its text."""
    lowest, highest = _decades([bar.value for bar in bars])
    step, bottom = 30, _TOP + 30 * len(bars)
    position = _scale(lowest, highest, _LEFT, _WIDTH - _RIGHT)
    body = [_grid_line(position(10.0**power), f"{10.0**power:g}", bottom) for power in range(lowest, highest + 1)]
    for number, bar in enumerate(bars):
        top, end = _TOP + step * number, position(bar.value)
        colour = _OURS if bar.highlighted else _OTHERS
        body += [
            _text(_LEFT - 8, top + 19, bar.label, "end"),
            f'<rect x="{_LEFT}" y="{top + 5}" width="{end - _LEFT:.1f}" height="20" rx="2" fill="{colour}"/>',
            _text(end + 6, top + 19, bar.text),
        ]
    return _document(title, bottom + 28, body)


def line_chart(title: str, lines: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Lines over points (x, y), both scales logarithmic and equally long for a decade: growth in step is 45°."""
    xs, ys = ([point[axis] for points in lines.values() for point in points] for axis in (0, 1))
    (left, right), (low, high) = _decades(xs), _decades(ys)
    decade = min(130.0, (_WIDTH - _LEFT - _RIGHT) / (right - left))
    bottom = _TOP + decade * (high - low)
    across, up = _scale(left, right, _LEFT, _LEFT + decade * (right - left)), _scale(low, high, bottom, _TOP)
    body = [_grid_line(across(10.0**power), f"{10**power:,}", bottom) for power in range(left, right + 1)]
    for power in range(low, high + 1):
        y = up(10.0**power)
        body.append(f'<path d="M{_LEFT} {y:.1f}H{across(10.0**right):.1f}" stroke="{_GRID}"/>')
        body.append(_text(_LEFT - 8, y + 4, f"{10.0**power:g}", "end"))
    ends: list[tuple[float, float, str, str]] = []
    for colour, (label, points) in zip(_COLOURS, lines.items(), strict=False):
        dots = [(across(x), up(y)) for x, y in points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in dots)
        body.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        body += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in dots]
        ends.append((dots[-1][1], dots[-1][0], label, colour))
    lowest = 0.0
    for y, x, label, colour in sorted(ends):  # downwards, none over another
        lowest = max(y + 4, lowest + _LINE_HEIGHT)
        body.append(_text(x + 10, lowest, label, colour=colour))
    return _document(title, bottom + 28, body)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten that hold all values between them."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _scale(low: int, high: int, start: float, end: float) -> Callable[[float], float]:
    return lambda value: start + (math.log10(value) - low) / (high - low) * (end - start)


def _grid_line(x: float, label: str, bottom: float) -> str:
    line = f'<path d="M{x:.1f} {_TOP}V{bottom:.1f}" stroke="{_GRID}"/>'
    return line + _text(x, bottom + 18, label, "middle")


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = _INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _document(title: str, height: float, body: Sequence[str]) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height:.0f}" '
            'font-family="system-ui, sans-serif" font-size="13">',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            f'<text x="16" y="24" font-size="15" font-weight="600" fill="{_INK}">{escape(title)}</text>',
            *body,
            "</svg>\n",
        ]
    )
