"""Answers to forms that pages of every package give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from lianglin.access.transaction import together
from lianglin.kit.errors import Conflict, HouseError

SEE_OTHER = 303


def see(url: str) -> HttpResponse:
    """Post, redirect, get: the answer to a form that did its work."""
    response = HttpResponseRedirect(url)
    response.status_code = SEE_OTHER
    return response


def step(url: str) -> HttpResponse:
    """The way on after a step that keeps a draft: going back and sending it again is meant (access.twice)."""
    response = see(url)
    response.repeats = True  # pyright: ignore[reportAttributeAccessIssue] - our mark
    return response


def shown_once(response: HttpResponse, instead: str) -> HttpResponse:
    """A page that holds what is shown once: whoever sends the same form again is led to ``instead`` (access.twice)."""
    response.instead = instead  # pyright: ignore[reportAttributeAccessIssue] - our mark
    return response


def done(
    request: HttpRequest,
    form: Form,
    act: Callable[[], Any],
    said: str | Callable[[Any], str],
    onward: str | Callable[[Any], str],
    *,
    once: bool = False,
) -> HttpResponse | None:
    """Carries an action out and goes on; None when the form or the action refused, and the form says why.

    ``said`` and ``onward`` are the words and the address, or make them of what the action gave. ``once`` (with an address): the page shows the form
    only until somebody has done it; who comes second is told so and led on.
    """
    if not form.is_valid():
        return None
    try:
        with together():
            made = act()
    except HouseError as error:
        if once and isinstance(error, Conflict) and isinstance(onward, str):
            messages.error(request, str(error.message))
            return see(onward)
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        form.refused = error  # pyright: ignore[reportAttributeAccessIssue] - our mark
        return None
    messages.success(request, said if isinstance(said, str) else said(made))
    return see(onward if isinstance(onward, str) else onward(made))


def seen(request: HttpRequest) -> int:
    """Which edit the page showed, as its hidden field ``seen`` says; -1, which no row ever has, for what is no number."""
    said = request.POST.get("seen", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else -1


def status_of(form: Form) -> int:
    """The status of a page that shows a form: 200 untouched, 422 with what is wrong in it, or that of the refusal."""
    refused: HouseError | None = getattr(form, "refused", None)
    if refused is not None:
        return refused.status
    return 422 if form.errors else 200


def pressed(request: HttpRequest, act: Callable[[], Any], said: str, onward: str) -> HttpResponse:
    """The answer to a button without fields: done, or why not, is said on the page it leads to."""
    try:
        with together():
            act()
    except HouseError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, said)
    return see(onward)
