"""Help in another area by ticket; emergency openings and their judgement."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actor import PURPOSES, Actor
from lianglin.access.again import proof_due, recently_proved_to_act
from lianglin.access.gate import acting, in_post
from lianglin.access.governance import lent, widening
from lianglin.access.governance.lending_forms import GlassForm, HelpForm, ReviewForm
from lianglin.access.governance.views.shared import refuse, show
from lianglin.access.governance.widened import VITAL
from lianglin.access.models import BreakGlass, HelpTicket
from lianglin.access.queries import place_names
from lianglin.access.replies import see
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, HouseError
from lianglin.kit.paging import page


def _of_an_area(request: HttpRequest) -> Actor:
    """The actor, if it works in an area: units and the three offices neither lend nor borrow one."""
    actor = acting(request)
    if actor.role != "staff":
        raise Forbidden(_("Your kind of post has no area to lend or to borrow."))
    return actor


def purpose_words(codes: str) -> str:
    """Purposes in words."""
    return "、".join(str(PURPOSES.get(code, code)) for code in codes.split(","))


@require_http_methods(["GET", "POST"])
@in_post("access.ask_help")
def help_page(request: HttpRequest) -> HttpResponse:
    """One's own tickets, and a form that asks for one."""
    actor = acting(request)
    form, status = (
        HelpForm(request.POST or None, purposes=actor.purposes, initial={"starts_on": clock.today()}),
        200,
    )
    if request.method == "POST":
        status = 200 if form.searching else 422
        if form.is_valid():
            try:
                widening.ask_help(**form.given(), by=actor)
            except HouseError as error:
                status = refuse(form, error)
            else:
                messages.success(request, _("Asked. The area decides; you see it here."))
                return see(reverse("access:help"))
    found = page(lent.own_tickets(actor), "-id", cursor=request.GET.get("cursor", ""))
    return show(request, "help", status, form=form, page=found, rows=ticket_rows(found.rows))


@require_GET
@in_post("access.approve_help")
def help_area(request: HttpRequest) -> HttpResponse:
    """Who helps in one's area, who asks to."""
    found = page(lent.area_tickets(acting(request)), "-id", cursor=request.GET.get("cursor", ""))
    return show(request, "help_area", page=found, rows=ticket_rows(found.rows))


def ticket_rows(tickets: list[HelpTicket]) -> list[dict[str, Any]]:
    """Tickets with place, purposes and state in words."""
    names, now = place_names({ticket.scope_code for ticket in tickets}), clock.now()
    tones = {"asked": "waiting", "approved": "good", "refused": "bad", "revoked": "closed"}
    rows = []
    for ticket in tickets:
        in_force = ticket.state == HelpTicket.State.APPROVED and ticket.starts_at <= now < ticket.ends_at
        over = ticket.state == HelpTicket.State.APPROVED and ticket.ends_at <= now
        rows.append(
            {
                "ticket": ticket,
                "place": names.get(ticket.scope_code, ticket.scope_code),
                "purposes": purpose_words(ticket.purposes),
                "state": _("over") if over else ticket.get_state_display(),
                "tone": "closed" if over else tones[ticket.state],
                "in_force": in_force,
                "asked": ticket.state == HelpTicket.State.ASKED,
                "may_end": ticket.state == HelpTicket.State.APPROVED and not over,
            }
        )
    return rows


@require_POST
@in_post()
def help_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approves, refuses or takes back a ticket; who helps may give the own back."""
    actor = _of_an_area(request)
    ticket = get_object_or_404(HelpTicket, pk=pk)
    own = ticket.post_id == actor.post_id
    if not own:
        actor.require("access.approve_help")
    verdict = {"approve": "approved", "refuse": "refused", "revoke": "revoked"}.get(
        request.POST.get("do", "")
    )
    if verdict is None:
        raise Forbidden(_("Choose one of the buttons of the page."))
    widening.decide_help(ticket=ticket, verdict=verdict, by=actor)
    messages.success(request, _("Done; it is in force at once."))
    return see(reverse("access:help" if own else "access:help_area"))


@require_http_methods(["GET", "POST"])
@in_post()
@recently_proved_to_act
def glasses(request: HttpRequest) -> HttpResponse:
    """Emergency openings: one's own and the form that opens, or all of them for who judges."""
    actor = acting(request)
    if not actor.may("access.review_glass"):
        actor.require("access.break_glass")
    opens = actor.may("access.break_glass")
    initial = {"scope_code": actor.low}
    form, status = (
        GlassForm(request.POST or None, purposes=widening.OPENABLE, initial=initial) if opens else None,
        200,
    )
    if request.method == "POST" and form is not None:
        status = 200 if form.searching else 422
        if form.is_valid():
            try:
                made = widening.break_glass(**form.cleaned_data, by=actor)
                widening.act_under(request=request, kind="glass", number=made.pk, by=actor)
            except HouseError as error:
                status = refuse(form, error)
            else:
                messages.success(request, _("Opened. The data-protection officer was told."))
                return see(reverse("access:start"))
    found = page(lent.openings(actor), "-id", cursor=request.GET.get("cursor", ""))
    names = place_names({row.scope_code for row in found.rows})
    rows = [{**glass_row(row), "area": names.get(row.scope_code, row.scope_code)} for row in found.rows]
    minutes = settings.BREAK_GLASS_MINUTES
    context = {"form": form, "page": found, "rows": rows, "minutes": minutes, "prove": proof_due(request)}
    return show(request, "glasses", status, **context)


def glass_row(opening: BreakGlass) -> dict[str, Any]:
    """An opening with its state in words."""
    now = clock.now()
    ends = min(opening.ends_at, opening.closed_at or opening.ends_at)
    if opening.verdict:
        words, tone = opening.get_verdict_display(), "good" if opening.verdict == "justified" else "bad"
    elif now < ends:
        words, tone = _("open now"), "warn"
    elif now > opening.review_due_at:
        words, tone = _("judgement overdue"), "bad"
    else:
        words, tone = _("waits for judgement"), "waiting"
    return {
        "opening": opening,
        "purposes": purpose_words(opening.purposes),
        "ends": ends,
        "state": words,
        "tone": tone,
        "open": now < ends,
        "named": opening.purposes == VITAL,
        "may_judge": not opening.verdict and now >= ends,
    }


@require_http_methods(["GET", "POST"])
@in_post()
def glass(request: HttpRequest, pk: int) -> HttpResponse:
    """One opening with every look under it; the officer judges it once it is over."""
    actor = _of_an_area(request)
    opening = get_object_or_404(lent.openings(actor), pk=pk)
    judges = actor.may("access.review_glass")
    form, status = ReviewForm(request.POST or None), 200
    if request.method == "POST":
        actor.require("access.review_glass")
        status = 422
        if form.is_valid():
            try:
                widening.review_glass(opening=opening, **form.cleaned_data, by=actor)
            except HouseError as error:
                status = refuse(form, error)
            else:
                messages.success(request, _("Judged and closed."))
                return see(reverse("access:glass", args=[pk]))
    found = page(lent.looks_under(pk), "id", cursor=request.GET.get("cursor", "")) if judges else None
    looks = [
        {
            "at": row.at,
            "purpose": PURPOSES.get(row.purpose, row.purpose),
            "what": _(row.what),
            "case_id": row.case_id,
        }
        for row in (found.rows if found else [])
    ]
    context = {"row": glass_row(opening), "form": form, "judges": judges, "looks": looks, "page": found}
    return show(request, "glass", status, place=place_names({opening.scope_code}), **context)


@require_POST
@in_post()
def act_under(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Acts under a ticket or an opening of one's own."""
    widening.act_under(request=request, kind=kind, number=pk, by=_of_an_area(request))
    return see(reverse("access:start"))


@require_POST
def act_as_usual(request: HttpRequest) -> HttpResponse:
    """Back to one's own post; an emergency opening is ended with it."""
    actor = acting(request)
    if actor.lent == "glass":
        widening.end_glass(opening=get_object_or_404(BreakGlass, pk=actor.lent_id), by=actor)
    widening.act_as_usual(request=request)
    return see(reverse("access:start"))
