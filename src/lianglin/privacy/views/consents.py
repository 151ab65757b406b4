"""What the person agreed to: given, refused and taken back with one press each; and acting for a ward."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lianglin.access import audit
from lianglin.access.actions import act_for
from lianglin.access.actor import Actor
from lianglin.access.gate import acting
from lianglin.access.replies import pressed, see
from lianglin.kit import clock
from lianglin.kit.ids import row_number
from lianglin.people import rules
from lianglin.people.actions import consents as actions
from lianglin.people.queries import consents, guardians, residents
from lianglin.privacy.queries.subjects import Key
from lianglin.privacy.views.visitors import known

HISTORY, TEXTS = 50, 12
"""Decisions on the page, and versions whose words stand below them; a copy has them all."""
SAID = {"given": gettext_lazy("Agreed. You can take it back here at any time."),
        "refused": gettext_lazy("Noted. You lose no service, and nobody asks you again for a long while."),
        "withdrawn": gettext_lazy("Taken back. It no longer counts from now on; you lose no service.")}  # fmt: skip


@require_safe
@known
def mine(request: HttpRequest, key: Key) -> HttpResponse:
    """Every purpose that asks for consent: the words, where it stands, one press to change it."""
    actor = acting(request)
    if actor.resident_id is None:
        return HttpResponseRedirect(reverse("privacy:mine"))
    found = consents.standings(actor.resident_id, actor=actor)
    history = consents.decisions(actor.resident_id, actor=actor)
    context = {
        "standings": found,
        "history": history[::-1][:HISTORY],
        "shown": list({row.text_id: row.text for row in history[::-1]}.values())[:TEXTS],
        "may": _may(actor),
        "acting_for": actor.guardian_id,
    }
    return render(request, "privacy/public/consents.html", context)


def _may(actor: Actor) -> bool:
    """Whether this visitor may give consent: the person from 14 on, below that the guardian."""
    person = residents.resident(actor.resident_id or 0, actor=actor)
    if person is None:
        return False
    if actor.guardian_id is None:
        return rules.decides_alone(person.born_on, clock.today())
    held = [g for g in guardians.in_force(person.pk, actor=actor) if g.guardian_id == actor.guardian_id]
    return any(rules.guardian_may("consent", g.kind, person.born_on, clock.today()) for g in held)


@require_POST
@known
def decide(request: HttpRequest, key: Key) -> HttpResponse:
    """One press: gives, refuses or takes back."""
    asked, decision = request.POST.get("text", ""), request.POST.get("decision", "")
    number = row_number(asked)

    def act() -> None:
        actions.decide(text_id=number, decision=decision, by=acting(request))

    return pressed(request, act, str(SAID.get(decision, "")), reverse("privacy:consents"))


@require_POST
@known
def for_ward(request: HttpRequest, key: Key, pk: int) -> HttpResponse:
    """From now on the pages are the ward's; the guardian may go back at any time."""
    actor = acting(request)
    if not any(ward.id == pk for ward in guardians.wards(actor)):
        raise Http404
    act_for(request=request, ward_id=pk)
    audit.record("privacy.act_for", "people.Resident", pk, values={"guardian": actor.resident_id})
    return see(reverse("privacy:mine"))


@require_POST
@known
def for_oneself(request: HttpRequest, key: Key) -> HttpResponse:
    """Back to the own pages."""
    act_for(request=request, ward_id=None)
    return see(reverse("privacy:mine"))


routes: list[URLPattern] = [
    path("mine/consents/", mine, name="consents"),
    path("mine/consents/decide/", decide, name="consent_decide"),
    path("mine/for/me/", for_oneself, name="for_oneself"),
    path("mine/for/<int:pk>/", for_ward, name="for_ward"),
]
