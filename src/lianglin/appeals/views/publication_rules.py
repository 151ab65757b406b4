"""What of each item may be published: the list, and a form that proposes a change or decides on one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, status_of
from lianglin.appeals.actions import publication_rules as actions
from lianglin.appeals.forms.publishing import RuleForm
from lianglin.appeals.models import PublicationChange, PublicationRule
from lianglin.appeals.queries.catalogue import choices, item_of


@require_GET
@in_post(actions.DUTY)
def listed(request: HttpRequest) -> HttpResponse:
    """Every item of the catalogue in force with its rule; those with a change that waits say so."""
    rules = {rule.item_code: rule for rule in PublicationRule.objects.all()}
    waiting = set(_waiting().values_list("item_code", flat=True))
    rows = [
        {"item": item, "rule": rules.get(code), "waits": code in waiting}
        for code, item in sorted(choices().by_code.items())
    ]
    rows.sort(key=lambda row: not row["waits"])
    return render(request, "appeals/publications/rules.html", {"rows": rows})


def _waiting() -> Any:
    return PublicationChange.objects.filter(state=PublicationChange.State.PROPOSED)


@require_http_methods(["GET", "POST"])
@in_post(actions.DUTY)
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One item's rule: a change is proposed, or the one that waits decided."""
    actor, item = acting(request), item_of(code)
    if item is None:
        raise Http404
    here = reverse("appeals:publication_rule", args=[code])
    waits = _waiting().filter(item_code=code).select_related("proposed_post").first()
    if request.method == "POST" and request.POST.get("deed") in ("approve", "refuse"):
        approve, pk = request.POST["deed"] == "approve", waits.pk if waits else 0
        return pressed(request, lambda: actions.decide(pk, by=actor, approve=approve), _("Recorded."), here)
    rule = PublicationRule.objects.filter(item_code=code).first()
    form: forms.Form = RuleForm(
        request.POST if request.method == "POST" else None,
        initial={"listed": bool(rule and rule.listed), "texts": bool(rule and rule.texts)},
    )
    if request.method == "POST":
        answer = done(
            request, form, lambda: actions.change(by=actor, item_code=code, **form.cleaned_data), _said, here
        )
        if answer is not None:
            return answer
    context = {"item": item, "rule": rule, "waits": waits, "form": form}
    return render(request, "appeals/publications/rule.html", context, status=status_of(form))


def _said(made: PublicationChange) -> str:
    if made.state == PublicationChange.State.IN_FORCE:
        return _("In force.")
    return _("It opens more than today, so a second person decides.")


routes: list[URLPattern] = [
    path("publications/rules/", listed, name="publication_rules"),
    path("publications/rules/<slug:code>/", one, name="publication_rule"),
]
