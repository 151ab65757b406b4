"""Small answers that several pages give."""

from __future__ import annotations

from django.http import HttpResponse


def file(data: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep, never stored on the way."""
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
