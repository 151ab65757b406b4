"""Small answers that several pages give."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from lianglin.access.transaction import together
from lianglin.kit.errors import HouseError


def see(url: str) -> HttpResponse:
    """Post, redirect, get."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def done(
    request: HttpRequest, form: Form, act: Callable[[], Any], said: str, onward: str
) -> HttpResponse | None:
    """Carries an action out and goes on; None when the form or the action refused, and the form says why."""
    if not form.is_valid():
        return None
    try:
        with together():
            act()
    except HouseError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return None
    messages.success(request, said)
    return see(onward)


def file(data: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep, never stored on the way."""
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV that a spreadsheet opens in Chinese; a cell that would be read as a formula gets an apostrophe before it."""
    out = io.StringIO()
    csv.writer(out).writerows([[_plain(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Any) -> str:
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
