"""The working calendar: what is announced, days edited by a notice, a whole year taken as announced."""

from __future__ import annotations

from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, status_of
from lianglin.cases.actions.working_days import AHEAD, announce, set_days
from lianglin.cases.forms import WorkingDaysForm, YearForm
from lianglin.cases.queries.working_days import years
from lianglin.kit import clock


@require_http_methods(["GET", "POST"])
@in_post("cases.calendar")
def page(request: HttpRequest) -> HttpResponse:
    """The years that deadlines are counted in, and a form for some days."""
    form = WorkingDaysForm(request.POST if request.method == "POST" else None)
    answer = form.is_bound and _done(request, form, lambda: set_days(by=acting(request), **form.cleaned_data))
    return answer or _shown(request, form, YearForm(years=_years()))


@require_POST
@in_post("cases.calendar")
def announce_year(request: HttpRequest) -> HttpResponse:
    """Takes a year as it was announced."""
    form = YearForm(request.POST, years=_years())
    answer = _done(request, form, lambda: announce(by=acting(request), **form.cleaned_data))
    return answer or _shown(request, WorkingDaysForm(), form)


def _years() -> list[int]:
    return [clock.today().year + n for n in range(AHEAD + 1)]


def _done(request: HttpRequest, form: Form, act: Callable[[], int]) -> HttpResponse | None:
    return done(request, form, act, _said, reverse("cases:calendar"))


def _said(count: int) -> str:
    said = ngettext(
        "%(n)d day is changed. Open deadlines are counted anew.",
        "%(n)d days are changed. Open deadlines are counted anew.",
        count,
    )
    return said % {"n": count} if count else _("The calendar says so already.")


def _shown(request: HttpRequest, form: WorkingDaysForm, year_form: YearForm) -> HttpResponse:
    wanted = _years()
    context = {"form": form, "year_form": year_form, "years": years(wanted[0], wanted[-1])}
    status = max(status_of(form), status_of(year_form))
    return render(request, "cases/calendar.html", context, status=status)
