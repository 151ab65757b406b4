"""What the offices' pages share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lianglin.kit.errors import HouseError


def refuse(form: Any, error: HouseError) -> int:
    """Writes a refusal at its field, or above the form; returns the answer's status."""
    form.add_error(error.field if error.field in form.fields else None, str(error.message))
    return error.status


def show(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the offices."""
    return render(request, f"access/offices/{name}.html", context, status=status)


def chosen(form: Any) -> dict[str, Any]:
    """The values of a filter; nothing when they make no sense."""
    return form.cleaned_data if form.is_valid() else {}
