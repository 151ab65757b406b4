"""Bars of a figure over the lines of a table, drawn as SVG by the server: no browser, no script, no style attribute.

The lines stay in the order of their table. A hidden or missing value is written, not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, ROW, LABEL, VALUE = 640, 22, 190, 120
MOST = 40
"""Lines of one chart; a longer table has none."""
INK, BAR, GRID, GOAL = "#1d1d1f", "#2f5f8f", "#c9ced6", "#a33a2c"
FONTS = "Noto Sans CJK SC, Noto Serif CJK SC, sans-serif"


@dataclass(frozen=True)
class Bar:
    """One line: its name, its length in the figure's unit (None: not drawn), and what stands behind it."""

    label: str
    amount: float | None
    text: str


def bars(lines: Sequence[Bar], *, title: str, top: float | None = None, goal: float | None = None) -> str:
    """The chart as an SVG document; ``top`` is the end of the scale (100 for rates), ``goal`` a line across it."""
    most = top or max((line.amount or 0 for line in lines), default=0) or 1
    room = WIDTH - LABEL - VALUE
    height = ROW * len(lines) + 14
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" font-family="{FONTS}" font-size="12" fill="{INK}"><title>{escape(title)}</title>',
        f'<line x1="{LABEL}" y1="0" x2="{LABEL}" y2="{height - 14}" stroke="{GRID}"/>',
    ]
    for at, line in enumerate(lines):
        y = at * ROW
        drawn.append(
            f'<text x="{LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(_cut(line.label))}</text>'
        )
        length = 0.0
        if line.amount is not None:
            length = round(room * min(line.amount, most) / most, 1)
            drawn.append(f'<rect x="{LABEL}" y="{y + 4}" width="{length}" height="14" fill="{BAR}"/>')
        drawn.append(f'<text x="{LABEL + length + 6}" y="{y + 15}">{escape(line.text)}</text>')
    if goal is not None:
        x = round(LABEL + room * min(goal, most) / most, 1)
        drawn.append(
            f'<line x1="{x}" y1="0" x2="{x}" y2="{height - 14}" stroke="{GOAL}" stroke-dasharray="4 3"/>'
            f'<text x="{x}" y="{height - 2}" text-anchor="middle" font-size="11">目标{goal:g}</text>'
        )
    return "".join([*drawn, "</svg>"])


def _cut(text: str) -> str:
    return text if len(text) <= 15 else text[:14] + "…"


@dataclass(frozen=True)
class Point:
    """One month of a line: its name, its value (None: a gap), and what stands at it."""

    label: str
    amount: float | None
    text: str


TALL, LEFT, ABOVE, BELOW, INSET = 220, 46, 18, 30, 22


def line(points: Sequence[Point], *, title: str, top: float | None = None, goal: float | None = None) -> str:
    """A line over months as an SVG document; a month without a value is a gap, never a zero."""
    most = top or max((point.amount or 0 for point in points), default=0) or 1
    wide, high = WIDTH - LEFT - 20, TALL - ABOVE - BELOW
    step = (wide - 2 * INSET) / max(len(points) - 1, 1)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {TALL}" width="{WIDTH}" height="{TALL}" role="img" '
        f'font-family="{FONTS}" font-size="11" fill="{INK}"><title>{escape(title)}</title>',
    ]
    for part in (0.0, 0.5, 1.0):
        y = round(ABOVE + high * (1 - part), 1)
        drawn.append(f'<line x1="{LEFT}" y1="{y}" x2="{LEFT + wide}" y2="{y}" stroke="{GRID}"/>')
        drawn.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{most * part:g}</text>')
    if goal is not None:
        y = round(ABOVE + high * (1 - min(goal, most) / most), 1)
        drawn.append(
            f'<line x1="{LEFT}" y1="{y}" x2="{LEFT + wide}" y2="{y}" stroke="{GOAL}" stroke-dasharray="4 3"/>'
            f'<text x="{LEFT + wide}" y="{y + 12}" text-anchor="end" font-size="11">目标{goal:g}</text>'
        )
    run: list[str] = []
    for at, point in enumerate(points):
        x = round(LEFT + INSET + step * at, 1)
        drawn.append(
            f'<text x="{x}" y="{TALL - 10}" text-anchor="middle" font-size="11">{escape(point.label)}</text>'
        )
        if point.amount is None:
            drawn += _stroke(run)
            run = []
            continue
        y = round(ABOVE + high * (1 - min(point.amount, most) / most), 1)
        run.append(f"{x},{y}")
        drawn.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{BAR}"/>')
        drawn.append(
            f'<text x="{x}" y="{y - 7}" text-anchor="middle" font-size="11">{escape(point.text)}</text>'
        )
    return "".join([*drawn, *_stroke(run), "</svg>"])


def _stroke(run: Sequence[str]) -> list[str]:
    """The line through neighbouring months."""
    if len(run) < 2:
        return []
    return [f'<polyline points="{" ".join(run)}" fill="none" stroke="{BAR}" stroke-width="2"/>']
