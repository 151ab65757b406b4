"""Emergency opening of one person's restricted data: the form, the open file, ending it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actions import log_look
from lianglin.access.again import proof_due, recently_proved_to_act
from lianglin.access.gate import acting, in_post
from lianglin.access.governance import lent, widening
from lianglin.access.governance.widened import VITAL
from lianglin.access.models import BreakGlass
from lianglin.access.replies import done, pressed
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden
from lianglin.kit.restricted import plain
from lianglin.privacy.actions import emergency as actions
from lianglin.privacy.forms.emergency import EmergencyForm
from lianglin.privacy.queries import emergency as queries

SHOWN = gettext_noop("the restricted file, in an emergency")
LAST = 20
"""Own openings that the page lists, the newest first."""


@require_http_methods(["GET", "POST"])
@in_post("access.break_glass")
@recently_proved_to_act
def emergency(request: HttpRequest) -> HttpResponse:
    """Names the person and why; the own openings of that kind."""
    actor = acting(request)
    form = EmergencyForm(request.POST or None)

    def act() -> BreakGlass:
        return actions.open_for(**form.given(), by=actor)

    def onward(made: BreakGlass) -> str:
        return reverse("privacy:emergency_file", args=[made.pk])

    said = _("Opened. The data-protection officer was told.")
    if request.method == "POST" and (answer := done(request, form, act, said, onward)):
        return answer
    now = clock.now()
    rows = [
        {"opening": row, "open": row.closed_at is None and now < row.ends_at}
        for row in lent.own_named(actor)[:LAST]
    ]
    context = {
        "form": form,
        "rows": rows,
        "minutes": settings.BREAK_GLASS_MINUTES,
        "prove": proof_due(request),
    }
    return render(request, "privacy/desk/emergency.html", context, status=422 if form.errors else 200)


@require_GET
@in_post("access.break_glass")
def emergency_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, in full, while the opening is in force; every look is written down and the person reads that it was."""
    actor = acting(request)
    found = lent.named_in_force(pk, actor)
    opened = queries.open_file(found, actor) if found else None
    if found is None or opened is None:
        raise Forbidden(_("It is not yours, or not in force now."))
    log_look(
        by=lent.rescuer(found, actor),
        purpose=VITAL,
        what=SHOWN,
        scope_code=plain(found.opening.scope_code),
        resident_id=found.resident_id,
    )
    context = {"opening": found.opening, "opened": opened}
    return render(request, "privacy/desk/emergency_file.html", context)


@require_POST
@in_post("access.break_glass")
def emergency_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends it before its time."""
    actor = acting(request)
    found = get_object_or_404(lent.own_named(actor), pk=pk)
    said = _("Closed. The officer judges it now.")
    return pressed(
        request, lambda: widening.end_glass(opening=found, by=actor), said, reverse("privacy:emergency")
    )


routes: list[URLPattern] = [
    path("emergency/", emergency, name="emergency"),
    path("emergency/<int:pk>/", emergency_file, name="emergency_file"),
    path("emergency/<int:pk>/end/", emergency_end, name="emergency_end"),
]
