"""Breaches: the list, one of them, and its moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done
from lianglin.kit import clock
from lianglin.kit.paging import page
from lianglin.privacy import rules
from lianglin.privacy.actions import breaches as actions
from lianglin.privacy.forms import desk as forms
from lianglin.privacy.models import Affected, Breach


class Nothing(Form):
    """A press of a button."""


@require_GET
@in_post("privacy.breach")
def breaches(request: HttpRequest) -> HttpResponse:
    """Every breach, the newest first."""
    found = page(Breach.objects.all(), "-id", cursor=request.GET.get("cursor", ""))
    return render(request, "privacy/desk/breaches.html", {"page": found})


@require_http_methods(["GET", "POST"])
@in_post("privacy.breach")
def breach_new(request: HttpRequest) -> HttpResponse:
    """What was found, and when."""
    form = forms.BreachForm(request.POST or None)

    def act() -> None:
        actions.record(by=acting(request), **form.given())

    said = _("Written down. The clock to tell the authority runs.")
    if request.method == "POST" and (answer := done(request, form, act, said, reverse("privacy:breaches"))):
        return answer
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "title": _("Record a breach"), "back": reverse("privacy:breaches")}
    return render(request, "privacy/desk/form.html", context, status=status)


def _deeds(breach: Breach) -> dict[str, tuple[str, type[Any], Callable[..., Any], str]]:
    """What may be done now: code -> (label, form, action, what is said)."""
    found: dict[str, tuple[str, type[Any], Callable[..., Any], str]] = {}
    if breach.state in (Breach.State.OPEN, Breach.State.ASSESSED):
        found["concern"] = (_("enter persons concerned"), forms.ConcernForm, _concern, _("Entered."))
    if rules.breach_may("assess", breach.state, harmful=breach.harmful):
        found["assess"] = (_("assess"), forms.BreachAssessForm, actions.assess, _("Assessed."))
    if breach.authority_told_at is None and breach.state != Breach.State.CLOSED:
        found["authority"] = (
            _("the authority was told"),
            Nothing,
            actions.tell_authority,
            _("Written down."),
        )
    if rules.breach_may("notify", breach.state, harmful=breach.harmful):
        found["notify"] = (
            _("tell the persons"),
            Nothing,
            actions.notify,
            _("The messages are on their way."),
        )
    if rules.breach_may("close", breach.state, harmful=breach.harmful):
        found["close"] = (_("close"), Nothing, actions.close, _("Closed."))
    return found


def _concern(breach_id: int, *, by: Actor, numbers: str) -> int:
    return actions.concern(breach_id, by=by, numbers=numbers.splitlines())


def _find(code: str) -> Breach:
    found = Breach.objects.filter(pk=int(code)).first() if code.isdecimal() and len(code) < 19 else None
    if found is None:
        raise Http404
    return found


@require_GET
@in_post("privacy.breach")
def breach(request: HttpRequest, code: str) -> HttpResponse:
    """One breach with what can be done about it."""
    return _page(request, _find(code))


def _page(request: HttpRequest, found: Breach, wrong: tuple[str, Any] | None = None) -> HttpResponse:
    people = Affected.objects.visible_to(acting(request), purpose="data_protection").filter(breach=found)
    context = {
        "breach": found,
        "entered": people.count(),
        "by_letter": people.filter(told=Affected.Told.PAPER).count(),
        "late": found.authority_told_at is None and clock.now() > found.authority_due_at,
        "deeds": [
            {
                "code": code,
                "label": label,
                "form": wrong[1] if wrong and wrong[0] == code else form(auto_id=f"id_{code}_%s"),
                "open": bool(wrong and wrong[0] == code),
            }
            for code, (label, form, _action, _said) in _deeds(found).items()
        ],
    }
    return render(request, "privacy/desk/breach.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "POST"])
@in_post("privacy.breach")
def breach_move(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One move on a breach."""
    found = _find(code)
    deed = _deeds(found).get(name)
    if request.method == "GET" or deed is None:
        return _page(request, found)
    _label, kind, action, said = deed
    form = kind(request.POST, auto_id=f"id_{name}_%s")

    def act() -> None:
        action(found.pk, by=acting(request), **form.cleaned_data)

    answer = done(request, form, act, said, reverse("privacy:breach", args=[found.pk]))
    return answer or _page(request, found, (name, form))


routes: list[URLPattern] = [
    path("desk/breaches/", breaches, name="breaches"),
    path("desk/breaches/new/", breach_new, name="breach_new"),
    path("desk/breaches/<slug:code>/", breach, name="breach"),
    path("desk/breaches/<slug:code>/<slug:name>/", breach_move, name="breach_move"),
]
