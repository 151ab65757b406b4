"""Reads of help tickets and break-glass openings, and the calls into PostgreSQL that change them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from lianglin.access.actor import NOWHERE, TOP, Actor, role_kinds
from lianglin.access.governance.queries import call
from lianglin.access.governance.widened import VITAL
from lianglin.access.models import AccessLog, BreakGlass, GlassPerson, HelpTicket
from lianglin.kit import clock
from lianglin.places.models import Community, Division

KEY = "lent"
"""Session key of what one acts under: ["help" | "glass", id]."""
GOVERNS = ("access.approve_help", "access.ask_help", "access.break_glass")
"""Duties that stay with the own post: nobody lends on what was lent."""


@dataclass(frozen=True)
class Lent:
    """A ticket or an opening in force: where, for what, until when."""

    kind: str
    number: int
    scope_code: str
    purposes: frozenset[str]
    until: datetime


def find(kind: str, number: Any, post_id: int) -> Lent | None:
    """The ticket or opening with this id, if it is this post's and in force now. One query."""
    if kind not in ("help", "glass") or not isinstance(number, int):
        return None
    now = clock.now()
    row: Any
    if kind == "help":
        row = HelpTicket.objects.filter(
            pk=number, post_id=post_id, state=HelpTicket.State.APPROVED, starts_at__lte=now, ends_at__gt=now
        ).first()
    else:
        row = (
            BreakGlass.objects.filter(
                pk=number, post_id=post_id, begun_at__lte=now, ends_at__gt=now, closed_at__isnull=True
            )
            .exclude(purposes=VITAL)
            .first()
        )
    if row is None:
        return None
    return Lent(kind, number, row.scope_code, frozenset(row.purposes.split(",")), row.ends_at)


def lend(actor: Actor, found: Lent) -> Actor:
    """The actor in the lent area, for the lent purposes alone. PostgreSQL takes both from the row, too (transaction.assume)."""
    carried = role_kinds()[actor.role_code].purposes
    purposes = found.purposes if found.kind == "glass" else found.purposes & set(carried)
    return replace(
        actor,
        low=found.scope_code,
        high=found.scope_code + TOP,
        purposes=purposes,
        duties=actor.duties.difference(GOVERNS),
        lent=found.kind,
        lent_id=found.number,
    )


def named_in_force(number: int, by: Actor) -> GlassPerson | None:
    """Whom one's own opening names, while it is in force; with the opening."""
    now = clock.now()
    rows = GlassPerson.objects.select_related("opening").filter(pk=number, post_id=by.post_id)
    return rows.filter(
        opening__begun_at__lte=now, opening__ends_at__gt=now, opening__closed_at__isnull=True
    ).first()


def own_named(by: Actor) -> QuerySet[BreakGlass]:
    """One's own openings that name a person, the newest first."""
    return BreakGlass.objects.filter(post_id=by.post_id, purposes=VITAL).order_by("-id")


def rescuer(found: GlassPerson, by: Actor) -> Actor:
    """The post under an opening that names a person: reads this person's rows wherever they are, writes none.

    PostgreSQL takes the person from the row, whatever is claimed here (transaction.assume).
    """
    return replace(
        by,
        role="rescue",
        low=NOWHERE[0],
        high=NOWHERE[1],
        resident_id=found.resident_id,
        duties=frozenset(),
        purposes=frozenset((VITAL,)),
        lent="person",
        lent_id=found.pk,
    )


def place_exists(scope_code: str) -> bool:
    """Whether a community, street or district has this code."""
    known = Community if len(scope_code) == 12 else Division
    return bool(scope_code) and known.objects.filter(scope_code=scope_code).exists()


def own_tickets(actor: Actor) -> QuerySet[HelpTicket]:
    """What one's post asked for. Page it by ("-id")."""
    return _tickets().filter(post_id=actor.post_id)


def area_tickets(actor: Actor) -> QuerySet[HelpTicket]:
    """Who helps, or asks to help, in the actor's area. Page it by ("-id")."""
    return _tickets().filter(scope_code__gte=actor.low, scope_code__lt=actor.high)


def _tickets() -> QuerySet[HelpTicket]:
    return HelpTicket.objects.select_related("post__organisation", "decided_by", "revoked_by")


def openings(actor: Actor) -> QuerySet[BreakGlass]:
    """Break-glass openings: all for who judges them, else one's own post's. Page it by ("-id")."""
    rows = BreakGlass.objects.select_related("post__organisation", "reviewed_by")
    return rows if actor.may("access.review_glass") else rows.filter(post_id=actor.post_id)


def looks_under(opening_id: int) -> QuerySet[AccessLog]:
    """Every look under one opening, oldest first. Page it by ("id")."""
    return AccessLog.objects.select_related("organisation").filter(break_glass_id=opening_id)


def overdue_reviews() -> int:
    """How many openings wait for the officer's judgement beyond their limit."""
    return BreakGlass.objects.filter(verdict="", review_due_at__lt=clock.now()).count()


def decide_help(ticket_id: int, verdict: str) -> bool:
    """Whether there was such a ticket to decide for the running actor."""
    return call("access_decide_help", ticket_id, verdict)


def end_glass(opening_id: int) -> bool:
    """Whether it was one's own and still open."""
    return call("access_end_glass", opening_id)


def review_glass(opening_id: int, verdict: str, note: str) -> bool:
    """Whether it could be judged."""
    return call("access_review_glass", opening_id, verdict, note)
