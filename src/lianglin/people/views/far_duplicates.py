"""Files of which another one is in another district: one's own half, what one found, and taking it back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed
from lianglin.kit.paging import page
from lianglin.people import rules
from lianglin.people.actions import far_duplicates as actions
from lianglin.people.forms.duplicates import HalfForm
from lianglin.people.models import DuplicateHalf, DuplicatePair
from lianglin.people.queries import duplicates as queries
from lianglin.people.queries import file


@require_GET
@in_post("people.merge")
def halves(request: HttpRequest) -> HttpResponse:
    """The own files that wait for a word, and those that were joined with one elsewhere."""
    found = page(queries.halves(acting(request)), "-id", cursor=request.GET.get("cursor", ""))
    rows = [{"row": row, "name": rules.mask_name(row.resident.name)} for row in found.rows]
    return render(request, "people/halves.html", {"page": found, "rows": rows})


@require_http_methods(["GET", "POST"])
@in_post("people.merge")
def half(request: HttpRequest, pk: int) -> HttpResponse:
    """The own file, masked, and what one says of it. Of the other file only that it exists."""
    actor = acting(request)
    found = queries.half(pk, actor)
    if found is None:
        raise Http404
    form = HalfForm(request.POST or None)
    if request.method == "POST" and (answer := _said(request, form, found)):
        return answer
    person = found.resident
    context = {
        "half": found,
        "lines": [
            {"label": _(line.label), "text": line.text}
            for line in file.lines(person, file.current(person.pk, actor=actor))
        ],
        "waits": found.state == DuplicatePair.State.OPEN and not found.said,
        "form": form,
        "may_read": actor.may("people.read") and not person.merged_into,
    }
    return render(request, "people/half.html", context, status=422 if form.errors else 200)


def _said(request: HttpRequest, form: HalfForm, found: DuplicateHalf) -> HttpResponse | None:
    def act() -> None:
        actions.say(found.pk, **form.cleaned_data, by=acting(request))

    said = _("Noted. The files are joined once the other district's word fits; it can be undone.")
    return done(request, form, act, said, reverse("people:halves"), once=True)


@require_POST
@in_post("people.merge")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the two files apart again."""
    said = _("Undone: the two files are as they were.")
    return pressed(request, lambda: actions.undo(pk, by=acting(request)), said, reverse("people:halves"))
