"""A person's file: masked, one field in full for a purpose that is written down; guardians and consents."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access.actions import log_look
from lianglin.access.actor import PURPOSES, Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, see
from lianglin.kit import clock, discovery
from lianglin.people.actions import consents as consent_actions
from lianglin.people.actions import guardians as guardian_actions
from lianglin.people.actions import moving
from lianglin.people.actions.consents import Paper
from lianglin.people.actions.guardians import NewGuardian
from lianglin.people.forms.keeping import AwayForm, EndForm, GuardianForm, PaperForm, who
from lianglin.people.models import Resident
from lianglin.people.queries import consents, file, guardians, residents

LOOKED_FOR = ("handle_case", "call_back", "serve_household")
"""Purposes for which a field may be shown, of those that the post carries."""


def person_of(pk: int, actor: Actor) -> Resident:
    """The person, or the page that says there is none; a file that was joined has none of its own any more."""
    person = residents.resident(pk, actor=actor)
    if person is None or person.merged_into:
        raise Http404
    return person


@require_http_methods(["GET", "POST"])
@in_post("people.read")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The file. A POST shows one field in full, for a purpose, on this page alone; the person can read that it was."""
    actor = acting(request)
    person, shown = residents.resident(pk, actor=actor), ""
    if person is None:
        raise Http404
    if person.merged_into:
        if residents.resident(person.merged_into, actor=actor) is None:
            raise Http404  # the file that stays is in another district
        return see(reverse("people:file", args=[person.merged_into]))
    if request.method == "POST":
        shown, purpose = request.POST.get("field", ""), request.POST.get("purpose", "")
        if shown not in file.FIELDS or purpose not in LOOKED_FOR or purpose not in actor.purposes:
            raise Http404
        log_look(
            by=actor,
            purpose=purpose,
            what=file.FIELDS[shown][0],
            scope_code=person.scope_code,
            resident_id=pk,
        )
    return render(request, "people/file.html", _context(person, shown, actor))


def _context(person: Resident, shown: str, actor: Actor) -> dict[str, Any]:
    home = file.current(person.pk, actor=actor)
    lines = file.lines(person, home, shown=shown)
    return {
        "person": person,
        "title": next(line.text for line in lines if line.name == "name"),
        "child": file.is_child(person),
        "lines": [{"name": x.name, "label": _(x.label), "text": x.text, "plain": x.plain} for x in lines],
        "home": home,
        "purposes": [(code, PURPOSES[code]) for code in LOOKED_FOR if code in actor.purposes],
        "memberships": residents.memberships(person.pk, actor=actor),
        "guardians": [
            {"row": g, "who": who(g), "ended": g.to_on is not None and g.to_on < clock.today()}
            for g in guardians.all_of(person.pk, actor=actor)
        ],
        "standings": consents.standings(person.pk, actor=actor),
        "may_keep": actor.may("people.keep"),
        "panels": _panels(actor, person),
    }


def _panels(actor: Actor, person: Resident) -> list[dict[str, Any]]:
    """What the floors above offer to the page."""
    panels = sorted((p for p in discovery.each("panels") if p.slot == "person"), key=lambda p: p.order)
    offered = [(p, discovery.resolve(p.context)(actor, person)) for p in panels]
    return [{"template": p.template, "context": context} for p, context in offered if context is not None]


def _form_page(request: HttpRequest, person: Resident, form: Any, title: str, **more: Any) -> HttpResponse:
    context = {
        "person": person,
        "form": form,
        "title": title,
        "back": reverse("people:file", args=[person.pk]),
        **more,
    }
    return render(request, "people/form.html", context, status=422 if form.is_bound and form.errors else 200)


@require_http_methods(["GET", "POST"])
@in_post("people.keep")
def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Enters a guardian."""
    actor = acting(request)
    person, form = person_of(pk, actor), GuardianForm(request.POST or None)

    def act() -> None:
        guardian_actions.appoint(pk, guardian=NewGuardian(**form.cleaned_data), by=actor)

    back = reverse("people:file", args=[pk])
    if request.method == "POST" and (answer := done(request, form, act, _("The guardian is entered."), back)):
        return answer
    return _form_page(request, person, form, _("Enter a guardian"))


@require_http_methods(["GET", "POST"])
@in_post("people.keep")
def away(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody moved away; from that day the keeping time runs. For who left already: lives here again."""
    actor = acting(request)
    person = person_of(pk, actor)
    back = reverse("people:file", args=[pk])
    if person.left_on is not None:
        form: Any = Form(request.POST or None)
        title, said = _("Lives here again"), _("Noted: lives here. Enter the household, too.")
        lead = _("Nothing will be erased for having moved away.")
    else:
        form = AwayForm(request.POST or None, initial={"left_on": clock.today()})
        title, said = _("Moved away"), _("Noted: moved away.")
        lead = _(
            "The memberships end on that day. Two years later everything that is held about the person is erased."
        )

    def act() -> None:
        if person.left_on is not None:
            moving.come_back(pk, by=actor)
        else:
            moving.move_away(pk, on=form.cleaned_data["left_on"], by=actor)

    if request.method == "POST":
        form = form if form.is_bound else Form(request.POST)
        form.is_bound = True
        if answer := done(request, form, act, said, back):
            return answer
    return _form_page(request, person, form, title, lead=lead)


@require_http_methods(["GET", "POST"])
@in_post("people.keep")
def end_guardianship(request: HttpRequest, pk: int, subject: int) -> HttpResponse:
    """Ends a guardianship."""
    actor = acting(request)
    person, form = person_of(pk, actor), EndForm(request.POST or None, initial={"to_on": clock.today()})
    if not any(g.pk == subject for g in guardians.all_of(pk, actor=actor)):
        raise Http404

    def act() -> None:
        guardian_actions.end(subject, on=form.cleaned_data["to_on"], by=actor)

    back = reverse("people:file", args=[pk])
    if request.method == "POST" and (
        answer := done(request, form, act, _("The guardianship has ended."), back)
    ):
        return answer
    return _form_page(request, person, form, _("End the guardianship"))


@require_http_methods(["GET", "POST"])
@in_post("people.keep")
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes down a consent that was signed on paper."""
    actor = acting(request)
    person = person_of(pk, actor)
    form = PaperForm(
        request.POST or None,
        guardians=guardians.all_of(pk, actor=actor),
        texts=consents.versions(),
        initial={"signed_on": clock.today()},
    )

    def act() -> None:
        consent_actions.record_paper(pk, paper=Paper(**form.cleaned_data), by=actor)

    back = reverse("people:file", args=[pk])
    if request.method == "POST" and (answer := done(request, form, act, _("Recorded."), back)):
        return answer
    waiting = [s for s in consents.standings(pk, actor=actor) if s.not_before]
    return _form_page(request, person, form, _("Record a consent on paper"), waiting=waiting)
