"""Where this site is found: what stands before a path in a text message, a mail, or on paper."""

from __future__ import annotations

from django.conf import settings


def address() -> str:
    """Like "https://lianglin.example.org": LIANGLIN_PUBLIC_URL, in the demo else its own address; "" where nobody knows."""
    return settings.PUBLIC_URL or settings.DEMO_URL
