"""Possible duplicates: side by side, masked; joined or told apart by a person; undone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access.actor import WHOLE_CODE, Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, see
from lianglin.kit.paging import page
from lianglin.people import rules
from lianglin.people.actions import duplicates as actions
from lianglin.people.forms.duplicates import TWO, DecideForm
from lianglin.people.models import DuplicatePair, Resident
from lianglin.people.queries import duplicates as queries
from lianglin.people.queries import file, residents
from lianglin.people.tasks import order_duplicates

UNDOABLE = 20
"""Joinings that the page shows, the newest first."""


@require_http_methods(["GET", "POST"])
@in_post("people.merge")
def pairs(request: HttpRequest) -> HttpResponse:
    """The pairs that wait, and what was joined last. A POST has the community looked through again."""
    actor = acting(request)
    one_community = len(actor.low) == WHOLE_CODE
    if request.method == "POST":
        if one_community:
            order_duplicates(actor.low)
            messages.success(
                request, _("The residents are being looked through. New pairs appear here in a while.")
            )
        return see(reverse("people:duplicates"))
    found = page(queries.open_pairs(actor), "-id", cursor=request.GET.get("cursor", ""))
    rows = [
        {"row": row, "first": rules.mask_name(row.first.name), "second": rules.mask_name(row.second.name)}
        for row in found.rows
    ]
    context = {
        "page": found,
        "rows": rows,
        "may_order": one_community,
        "merges": list(queries.merges(actor).order_by("-id")[:UNDOABLE]),
    }
    return render(request, "people/duplicates.html", context)


@require_http_methods(["GET", "POST"])
@in_post("people.merge")
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Two files side by side; which one stays, or that they are two persons, and on what that rests."""
    actor = acting(request)
    found = queries.pair(pk, actor)
    if found is None:
        raise Http404
    form = DecideForm(request.POST or None, pair=found)
    if request.method == "POST" and (answer := _decided(request, form, found, actor)):
        return answer
    files = [_shown(person, actor) for person in (found.first, found.second)]
    lines = [
        {
            "label": _(first.label),
            "first": first.text,
            "second": second.text,
            "empty": not first.text and not second.text,
            "same": files[0]["plain"][first.name] == files[1]["plain"][first.name],
        }
        for first, second in zip(files[0]["lines"], files[1]["lines"], strict=True)
    ]
    context = {
        "pair": found,
        "files": files,
        "lines": lines,
        "open": found.state == found.State.OPEN,
        "form": form,
        "may_read": actor.may("people.read"),
    }
    return render(request, "people/duplicate.html", context, status=422 if form.errors else 200)


def _decided(
    request: HttpRequest, form: DecideForm, found: DuplicatePair, actor: Actor
) -> HttpResponse | None:
    two = form.data.get("keep") == TWO

    def act() -> None:
        ground = form.cleaned_data["ground"]
        if two:
            actions.different(found.pk, ground=ground, by=actor)
        else:
            actions.merge(found.pk, keep_id=int(form.cleaned_data["keep"]), ground=ground, by=actor)

    said = _("Noted: two persons.") if two else _("The files are joined. It can be undone.")
    return done(request, form, act, said, reverse("people:duplicates"), once=True)


def _shown(person: Resident, actor: Actor) -> dict[str, Any]:
    """A file as the page shows it: masked; whether the values are alike is told of the full ones ("plain")."""
    homes = residents.memberships(person.pk, actor=actor)
    home = next((one for one in homes if one.to_on is None), None)
    plain = {name: file.value_of(person, home, name) for name in file.FIELDS}
    return {"person": person, "lines": file.lines(person, home), "plain": plain, "homes": len(homes)}


@require_POST
@in_post("people.merge")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes two files apart again."""
    said = _("Undone: the two files are as they were.")
    return pressed(request, lambda: actions.undo(pk, by=acting(request)), said, reverse("people:duplicates"))
