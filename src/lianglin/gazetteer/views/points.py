"""Service points for those who keep them: the list, a new one, one with its hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianglin.access.gate import acting, in_post
from lianglin.gazetteer.actions import points as act
from lianglin.gazetteer.forms import ExceptionForm, PointForm, RuleForm
from lianglin.gazetteer.queries import points as read
from lianglin.kit import clock
from lianglin.kit.errors import HouseError, Missing
from lianglin.kit.paging import page
from lianglin.places.queries import services


@require_safe
@in_post("places.services")
def listed(request: HttpRequest) -> HttpResponse:
    """The points of the post's area."""
    found = page(read.points(acting(request)), "-id", cursor=request.GET.get("cursor", ""))
    shown = services.shown(found.rows, clock.now())
    return render(request, "gazetteer/points.html", {"page": found, "points": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@in_post("places.services")
def new(request: HttpRequest) -> HttpResponse:
    """Opens a point."""
    low = acting(request).low
    form = PointForm(
        request.POST if request.method == "POST" else None, initial={"place": low if len(low) == 12 else ""}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = act.open_point(by=acting(request), **form.cleaned_data)
        except HouseError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            return HttpResponseRedirect(reverse("gazetteer:point", args=[made.pk]))
    crumbs = [(_("Service points"), reverse("gazetteer:points")), (_("New service point"), "")]
    return render(
        request,
        "gazetteer/point_new.html",
        {"form": form, "crumbs": crumbs},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_post("places.services")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One point: what is said of it, its weekly hours, its exceptions."""
    actor = acting(request)
    found = read.point(actor, pk)
    if found is None:
        raise Missing(_("There is no such service point in the area of your post."))
    do, data = request.POST.get("do", ""), request.POST
    forms: dict[str, Any] = {
        "point": PointForm(
            data if do == "point" else None, instance=found, initial={"place": found.scope_code}
        ),
        "hours": RuleForm(data if do == "hours" else None, prefix="hours"),
        "exception": ExceptionForm(data if do == "exception" else None, prefix="exception"),
    }
    del forms["point"].fields["place"]
    deeds: dict[str, Callable[..., Any]] = {
        "point": act.change_point, "hours": act.add_hours, "exception": act.add_exception,
    }  # fmt: skip
    if do == "close":
        act.close_point(by=actor, pk=pk)
        return HttpResponseRedirect(reverse("gazetteer:points"))
    if do == "end" and data.get("rule", "").isdecimal() and len(data["rule"]) < 19:
        act.end_hours(by=actor, pk=pk, rule=int(data["rule"]))
        return HttpResponseRedirect(reverse("gazetteer:point", args=[pk]))
    if do in deeds and forms[do].is_valid():
        try:
            deeds[do](by=actor, pk=pk, **forms[do].cleaned_data)
        except HouseError as error:
            forms[do].add_error(error.field if error.field in forms[do].fields else None, str(error.message))
        else:
            return HttpResponseRedirect(reverse("gazetteer:point", args=[pk]))
    failed = any(form.is_bound and form.errors for form in forms.values())
    context = {
        **{f"{name}_form": form for name, form in forms.items()},
        "shown": services.shown([found], clock.now())[0],
        "rules": found.rules.filter(valid_to__isnull=True),  # pyright: ignore[reportAttributeAccessIssue]
        "exceptions": found.exceptions.filter(day__gte=clock.today()),  # pyright: ignore[reportAttributeAccessIssue]
        "crumbs": [(_("Service points"), reverse("gazetteer:points")), (found.label, "")],
    }
    return render(request, "gazetteer/point.html", context, status=422 if failed else 200)
