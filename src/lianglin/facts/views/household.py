"""What is known of a household: opened for a purpose, changed by a new word, contradictions decided."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actions import log_look, log_looks
from lianglin.access.actor import PURPOSES, Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.queries import place_names
from lianglin.access.replies import see
from lianglin.facts import actions, queries, registry, rules
from lianglin.facts.forms import AsOfForm, DecideForm, FactForm, PlaceForm
from lianglin.facts.models import Conflict, DataElement
from lianglin.facts.reading import source, words
from lianglin.kit import clock, discovery
from lianglin.kit.errors import Refused
from lianglin.kit.ids import row_number
from lianglin.kit.paging import page
from lianglin.kit.signs import local_dt
from lianglin.people.models import Household
from lianglin.people.queries import consents
from lianglin.people.rules import mask_name
from lianglin.places.search import search

SHOWN = gettext_noop("what is known of the household and its members")
OPENED, OPEN_FOR = "facts_opened", timedelta(minutes=30)
"""Session key: the household that was opened for a purpose, so that forms can be filled without opening it anew."""


@require_GET
@in_post("facts.read")
def index(request: HttpRequest) -> HttpResponse:
    """Households of the own area by their doors, without names; narrowed to one building."""
    actor, form = acting(request), PlaceForm(request.GET)
    asked = form.cleaned_data["q"].strip() if form.is_valid() else ""
    building = request.GET.get("building", "")
    known = row_number(building) or None
    found = page(queries.households(actor, building_id=known), "id", cursor=request.GET.get("cursor", ""))
    places = (
        [f for f in search(asked, limit=60, kinds=("building",)) if f.key[:2] == "b:"][:8] if asked else []
    )
    shown = {
        "form": form,
        "asked": asked,
        "building": known,
        "page": found,
        "rows": [{"id": row.pk, "door": door(row)} for row in found.rows],
        "places": [{"id": place.key[2:], "label": place.label, "where": place.where} for place in places],
    }
    return render(request, "facts/households.html", shown)


def door(household: Household) -> str:
    """The address of a household's door."""
    unit = household.dwelling.unit
    return _("%(address)s, unit %(unit)s, room %(room)s") % {
        "address": unit.building.address,
        "unit": unit.number,
        "room": household.dwelling.room,
    }


@require_http_methods(["GET", "POST"])
@in_post("facts.read")
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """A household: its door, masked; what is known of it once a purpose was chosen. The look is written down."""
    actor = acting(request)
    household = _household(pk, actor)
    shown, status = {"opened": False}, 200
    if request.method == "POST":
        if request.POST.get("purpose") != queries.PURPOSE or queries.PURPOSE not in actor.purposes:
            raise Http404
        form = AsOfForm(request.POST if "valid_on" in request.POST else None)
        status = 422 if form.is_bound and not form.is_valid() else 200
        shown = _opened(household, form, actor)
        request.session[OPENED] = {"id": pk, "until": (clock.now() + OPEN_FOR).isoformat()}
    purposes = (
        [{"code": queries.PURPOSE, "label": PURPOSES[queries.PURPOSE]}]
        if queries.PURPOSE in actor.purposes
        else []
    )
    context = {"household": household, "address": door(household), "purposes": purposes, **shown}
    return render(request, "facts/household.html", context, status=status)


def _opened(household: Household, form: AsOfForm, actor: Actor) -> dict[str, Any]:
    """The opened card, of today or of a past day; whoever is shown can read that it was looked at."""
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    on, known_on = given.get("valid_on", clock.today()), given.get("known_on")
    known_at = min(clock.now(), _end_of(known_on)) if known_on else clock.now()
    members = queries.members(household.pk, actor, on)
    seen = [(household.scope_code, None, member.resident_id) for member in members]
    log_looks(seen, by=actor, purpose=queries.PURPOSE, what=SHOWN)
    groups = _groups(household, members, actor, on=on, known_at=known_at)
    past = bool(given) and (on < clock.today() or known_on is not None)
    return {
        "groups": groups,
        "opened": True,
        "as_of": form,
        "past": past,
        "on": on,
        "known_on": known_on,
        "panels": [] if past else _panels(actor, household),
    }


def _panels(actor: Actor, household: Household) -> list[dict[str, Any]]:
    """What the floors above offer to the opened card."""
    panels = sorted((p for p in discovery.each("panels") if p.slot == "household"), key=lambda p: p.order)
    offered = [(p, discovery.resolve(p.context)(actor, household)) for p in panels]
    return [{"template": p.template, "context": context} for p, context in offered if context is not None]


def _household(pk: int, actor: Actor) -> Household:
    household = queries.household(pk, actor)
    if household is None:
        raise Http404
    return household


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, clock.CITY_ZONE)


def _groups(
    household: Household, members: list[Any], actor: Actor, *, on: date, known_at: datetime
) -> list[dict[str, Any]]:
    """The household, its dwelling and each member, with what is known and what may be asked."""
    held = queries.of_household(household.pk, actor=actor, valid_on=on, known_at=known_at)
    subjects: list[tuple[str, int, str, list[tuple[str, Any]]]] = [
        ("household", household.pk, gettext("The household"), _derived_of_household(held, members, on)),
        ("dwelling", household.dwelling_id, gettext("The dwelling"), []),
    ]
    for member in members:
        person = member.resident
        years = rules.age(person.born_on, on)
        derived = [(gettext("Age"), years)] if years is not None else []
        subjects.append(("person", person.pk, mask_name(person.name), derived))
    more = _more()
    return [
        {
            "title": title,
            "kind": kind,
            "subject": subject,
            "place": reverse("facts:household", args=[household.pk]) + f"{kind}/{subject}/",
            "derived": derived,
            "rows": [_shown(h) for h in held if (h.object_class, h.subject_id) == (kind, subject)],
            "more": more[kind],
        }
        for kind, subject, title, derived in subjects
    ]


def _more() -> dict[str, list[tuple[str, str]]]:
    """(code, words) of what may be asked of each kind of subject; one list serves every member of a household."""
    found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in DataElement.ObjectClass.values}
    for element in registry.elements().values():
        if not element.derived_from and element.retired_on is None:
            found[element.object_class].append((element.code, element.label))
    return found


def _derived_of_household(held: list[queries.Held], members: list[Any], on: date) -> list[tuple[str, Any]]:
    """Size, income per head, elders only: computed here, stored nowhere."""
    income = next((h.value for h in held if h.element.code == "household.income_month_fen"), None)
    found: list[tuple[str, Any]] = [(gettext("People who live there"), len(members))]
    if (each := rules.per_head(income, len(members))) is not None:
        found.append((gettext("Monthly income per head"), f"{int(each) / 100:.2f} 元"))
    elders = rules.elders_only(rules.age(m.resident.born_on, on) for m in members)
    if elders is not None:
        found.append((gettext("Elders only"), gettext("yes") if elders == "1" else gettext("no")))
    return found


def _shown(held: queries.Held) -> dict[str, Any]:
    current = held.current
    return {
        "element": held.element,
        "words": words(held.element, held.value),
        "since": current.record.valid_from,
        "source": source(current.record.source),
        "stale": held.stale,
        "disputed": current.disputed,
    }


@require_http_methods(["GET", "POST"])
@in_post("facts.read")
def fact(request: HttpRequest, pk: int, kind: str, subject: int, code: str) -> HttpResponse:
    """One fact: its history, and a form for a new word. Only after the household was opened for a purpose."""
    actor = acting(request)
    household = _household(pk, actor)
    element = registry.elements().get(code)
    if element is None or element.object_class != kind or not _belongs(household, kind, subject, actor):
        raise Http404
    if not _is_opened(request, pk):
        return see(reverse("facts:household", args=[pk]))
    form, status = FactForm(request.POST or None, element=element), 200
    if request.method == "POST":
        status = 422
        if "retract" in request.POST:
            known = {str(row.pk): row.pk for row in queries.history(kind, subject, element, actor=actor)}
            if request.POST["retract"] not in known:
                raise Http404
            actions.retract(known[request.POST["retract"]], by=actor)
            messages.success(request, _("Taken back. What held before it holds again."))
            return see(request.path)
        if form.is_valid():
            try:
                actions.record([actions.NewFact(kind, subject, code, **form.cleaned_data)], by=actor)
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
            else:
                messages.success(request, _("Recorded. What was known before stays in the history."))
                return see(request.path)
    rows = queries.history(kind, subject, element, actor=actor)
    shown = {
        "household": household,
        "address": door(household),
        "element": element,
        "form": form,
        **_consent(kind, subject, element, actor),
        "history": [
            {
                "id": row.pk,
                "words": words(element, row.value) if row.value else "",
                "since": row.valid_from,
                "source": source(row.source),
                "at": row.recorded_at,
                "retracted": row.retracted,
            }
            for row in rows
        ],
    }
    return render(request, "facts/fact.html", shown, status=status)


def _consent(kind: str, subject: int, element: DataElement, actor: Actor) -> dict[str, Any]:
    """What an answer rests on: the consent in force, or the words to be agreed to and who could agree."""
    if element.basis != DataElement.Basis.CONSENT:
        return {}
    found = queries.consent_in_force(kind, subject, element, actor)
    if found is not None:
        return {"consent": found}
    people = queries.residents(queries.who_may_agree(kind, subject, actor), actor)
    return {
        "missing": True,
        "text": consents.texts_in_force().get(queries.consent_purpose(element)),
        "people": [{"id": p.pk, "name": mask_name(p.name)} for p in people],
    }


def _is_opened(request: HttpRequest, pk: int) -> bool:
    opened = request.session.get(OPENED) or {}
    return opened.get("id") == pk and opened.get("until", "") > clock.now().isoformat()


def _belongs(household: Household, kind: str, subject: int, actor: Actor) -> bool:
    match kind:
        case "household":
            return subject == household.pk
        case "dwelling":
            return subject == household.dwelling_id
        case "person":
            return any(m.resident_id == subject for m in queries.members(household.pk, actor))
    return False


@require_GET
@in_post("facts.decide")
def conflicts(request: HttpRequest) -> HttpResponse:
    """Contradictions that wait for a person, in the own area, the newest first; no names, no values."""
    found = page(queries.conflicts(acting(request)), "-id", cursor=request.GET.get("cursor", ""))
    names = place_names({c.scope_code for c in found.rows})
    rows = [
        {
            "id": c.pk,
            "element": c.element,
            "at": c.found_at,
            "kind": c.get_object_class_display(),
            "where": names.get(c.scope_code, c.scope_code),
        }
        for c in found.rows
    ]
    return render(request, "facts/conflicts.html", {"page": found, "rows": rows})


@require_http_methods(["GET", "POST"])
@in_post("facts.decide")
def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """One contradiction: what each source says, and the decision with its reason. The look is written down."""
    actor = acting(request)
    found = queries.conflicts(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    rows = queries.history(found.object_class, found.subject_id, found.element, actor=actor)
    held = rules.as_of(map(queries.as_rule, rows), valid_on=clock.today(), known_at=clock.now())
    log_look(
        by=actor,
        purpose=queries.PURPOSE,
        what=SHOWN,
        scope_code=found.scope_code,
        resident_id=found.subject_id if found.object_class == "person" else None,
    )
    sources = [
        (
            record.source,
            _("%(value)s — %(source)s, since %(day)s")
            % {
                "value": words(found.element, record.value),
                "source": source(record.source),
                "day": local_dt(record.valid_from),
            },
        )
        for record in held
    ]
    form, status = DecideForm(request.POST or None, sources=sources), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.decide(pk, by=actor, **form.cleaned_data)
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
            else:
                messages.success(request, _("Decided. It counts until a source says something new."))
                return see(reverse("facts:conflicts"))
    shown = {"conflict": found, "element": found.element, "form": form, "about": _about(found, actor)}
    return render(request, "facts/conflict.html", shown, status=status)


def _about(found: Conflict, actor: Actor) -> str:
    """Whose contradiction it is: a door, or a person by the masked name; "" where the post sees neither."""
    if found.object_class == "person":
        people = queries.residents([found.subject_id], actor)
        return mask_name(people[0].name) if people else ""
    column = "pk" if found.object_class == "household" else "dwelling_id"
    home = queries.households(actor).filter(**{column: found.subject_id}).first()
    return door(home) if home else ""
