"""Spans and sizes as an operator reads them."""

from __future__ import annotations

from django.utils.translation import gettext as _


def ago(seconds: float) -> str:
    """A span in its largest fitting unit: 40 seconds, 12 minutes, 3 hours, 5 days."""
    for most, unit, words in (
        (120, 1, _("%(n)s seconds")),
        (7200, 60, _("%(n)s minutes")),
        (172_800, 3600, _("%(n)s hours")),
    ):
        if seconds < most:
            return words % {"n": int(seconds // unit)}
    return _("%(n)s days") % {"n": int(seconds // 86_400)}


def size(count: float) -> str:
    """Bytes with a unit: 812 MB, 1.4 GB."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit in ("B", "KB", "MB") else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TB"
