"""The restrictions of use in force, for the officer who decides on them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done
from lianglin.kit.paging import page
from lianglin.privacy.actions import restricting as actions
from lianglin.privacy.forms.desk import LiftForm
from lianglin.privacy.queries import restricting


@require_http_methods(["GET", "POST"])
@in_post("privacy.decide")
def restrictions(request: HttpRequest) -> HttpResponse:
    """The list; a POST lifts one, with the reason that the person reads."""
    actor, form = acting(request), LiftForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        actions.lift(restriction_id=given["restriction"], note=given["note"], by=actor)

    onward = reverse("privacy:restrictions")
    if request.method == "POST" and (
        answer := done(request, form, act, _("The restriction is lifted."), onward)
    ):
        return answer
    found = page(restricting.in_force(actor), "-id", cursor=request.GET.get("cursor", ""))
    asked = form.data.get("restriction", "") if form.is_bound else ""
    rows = [
        {
            "row": one,
            "form": form
            if str(one.pk) == asked
            else LiftForm(initial={"restriction": one.pk}, auto_id=f"id_{one.pk}_%s"),
        }
        for one in found.rows
    ]
    context = {"page": found, "rows": rows}
    return render(request, "privacy/desk/restrictions.html", context, status=422 if form.errors else 200)


routes: list[URLPattern] = [path("desk/restrictions/", restrictions, name="restrictions")]
