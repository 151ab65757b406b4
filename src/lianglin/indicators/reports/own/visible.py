"""What a reader sees of a part of a Word document: its text without what is hidden, tiny, white or struck out. No Django."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from docx.oxml.ns import qn

SMALLEST = 10
"""Half points: what is smaller than five points nobody reads on paper."""
PALE = 0xC0
"""A colour whose every part is lighter than this cannot be read on white paper."""
_OFF = ("0", "false", "off")


def text(part: Any, styles: Iterable[Any]) -> str:
    """The visible text of a body, head or foot, under the styles of its document."""
    return "".join(_runs(part._element, {style.style_id: style for style in styles}))


def _runs(element: Any, styles: dict[str, Any]) -> Iterator[str]:
    for run in element.iter(qn("w:r")):
        if next(run.iterancestors(qn("w:del"), qn("w:moveFrom")), None) is not None:
            continue
        if not _is_hidden(list(_looks(run, styles))):
            yield "".join(one.text or "" for one in run.iter(qn("w:t")))


def _looks(run: Any, styles: dict[str, Any]) -> Iterable[Any]:
    """The properties that say how a run looks, the nearest first."""
    own = run.find(qn("w:rPr"))
    if own is not None:
        yield own
        yield from _of_style(own.find(qn("w:rStyle")), styles)
    paragraph = next(run.iterancestors(qn("w:p")), None)
    properties = None if paragraph is None else paragraph.find(qn("w:pPr"))
    named = None if properties is None else properties.find(qn("w:pStyle"))
    yield from _of_style(named, styles)


def _of_style(named: Any, styles: dict[str, Any]) -> Iterable[Any]:
    style, seen = None if named is None else styles.get(named.get(qn("w:val"))), 0
    while style is not None and seen < 10:
        look = style.element.find(qn("w:rPr"))
        if look is not None:
            yield look
        style, seen = style.base_style, seen + 1


def _is_hidden(looks: list[Any]) -> bool:
    for name in ("w:vanish", "w:webHidden", "w:specVanish", "w:dstrike", "w:strike"):
        found = _nearest(looks, name)
        if found is not None and found.get(qn("w:val"), "1") not in _OFF:
            return True
    size, colour = _nearest(looks, "w:sz"), _nearest(looks, "w:color")
    if size is not None and _number(size.get(qn("w:val")), 10, 99) < SMALLEST:
        return True
    value = "" if colour is None else str(colour.get(qn("w:val"), ""))
    parts = [_number(value[at : at + 2], 16, 0) for at in (0, 2, 4)] if len(value) == 6 else [0]
    return min(parts) >= PALE


def _nearest(looks: list[Any], name: str) -> Any:
    return next((found for look in looks if (found := look.find(qn(name))) is not None), None)


def _number(value: Any, base: int, otherwise: int) -> int:
    try:
        return int(str(value), base)
    except ValueError:
        return otherwise
