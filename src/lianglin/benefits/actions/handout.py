"""The printed package: the measures of a group as a PDF, with a code beside each that leads to its page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import segno

from lianglin.kit import typesetting
from lianglin.kit.fresh import Fresh

TEMPLATE = Path(__file__).parents[1] / "data" / "handout.typ"
_kept = Fresh(3600.0, most=24)
"""Some dozen groups in two languages; a PDF has some hundred kilobytes."""


def is_kept(key: tuple[str, ...]) -> bool:
    """Whether this PDF was made within the hour."""
    return _kept.has(key)


def pdf(key: tuple[str, ...], data: Mapping[str, Any]) -> bytes:
    """The PDF of ``data``; made once an hour for each ``key`` (digest, group, language, host)."""
    return _kept.get(key, lambda: typesetting.pdf(TEMPLATE, data))


def code(address: str) -> str:
    """The QR code of an address as SVG."""
    return segno.make(address, error="m").svg_inline(border=1, omitsize=True)
