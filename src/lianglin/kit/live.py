"""Which domains are live: one that processes what the law wants assessed first waits for its impact assessment.

A manifest says with ``assess`` why it needs one (PIPL arts 55, 56). Whoever keeps the assessments connects a reader;
while it fails, such a domain stays closed. Where no package keeps assessments, the operator's word counts: the setting
LIANGLIN_ASSESSED names the packages whose assessment is kept elsewhere; the others stay closed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings

from lianglin.kit import discovery

Reader = Callable[[], frozenset[str]]
FRESH_SECONDS = 20.0
"""How long an assessment that was withdrawn may still count in another process."""

_reader: Reader | None = None
_kept: tuple[float, frozenset[str]] | None = None


def connect(reader: Reader) -> None:
    """Plugs in what reads the codes of all domains with an assessment in force (once, when the apps are ready)."""
    global _reader
    _reader = reader


def forget() -> None:
    """Lets the next question read again (after a decision, and between tests)."""
    global _kept
    _kept = None


def is_live(code: str) -> bool:
    """Whether the package with this code may be used: it needs no assessment, or has one in force.

    Asks what :func:`refresh` has read, so that a page of an error can ask too, when nothing more can be read.
    """
    manifest = next((found for found in discovery.manifests() if found.code == code), None)
    if manifest is None or not manifest.assess:
        return True
    return code in (_kept[1] if _kept else refresh())


def refresh() -> frozenset[str]:
    """The codes with an assessment in force, read anew when the last reading is too old. Once per request."""
    global _kept
    if _reader is None:
        return frozenset(settings.ASSESSED)
    now = time.monotonic()
    if _kept is None or now - _kept[0] > FRESH_SECONDS:
        _kept = (now, _reader())
    return _kept[1]
