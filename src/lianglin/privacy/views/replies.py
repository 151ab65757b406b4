"""Small answers that several pages give."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lianglin.kit.ids import group_case_number
from lianglin.privacy import rules
from lianglin.privacy.actions.requests import Opened


def file(data: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep, never stored on the way."""
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def arrived(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The receipt of a request, shown once."""
    context = {
        "number": group_case_number(opened.case.number),
        "secret": opened.secret,
        "due": opened.case.due_at,
        "days": rules.ANSWER_DAYS,
    }
    return render(request, "privacy/public/asked.html", context)
