"""The question before something is ended for good: a page of its own, without a script."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def ending(request: HttpRequest, name: str, question: str, meaning: str, back: str) -> HttpResponse:
    """Asks what is about to end, says what that means, and offers the way back."""
    context = {"name": name, "question": question, "meaning": meaning, "cancel_url": back}
    return render(request, "indicators/end.html", context)
