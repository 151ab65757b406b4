"""Reads of the three offices: accounts, posts, organisations, proposed changes, open work. No resident's data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from lianglin.access.actor import TOP, Actor, job
from lianglin.access.governance.rules import Held
from lianglin.access.models import Account, Organisation, Post, RightsChange
from lianglin.access.transaction import acting
from lianglin.kit import clock, discovery


def accounts(*, actor: Actor, name: str = "") -> QuerySet[Account]:
    """Every account, or those whose login name begins so. Page it by ("username")."""
    actor.require("access.manage")
    rows = Account.objects.only(
        "id", "username", "name", "is_active", "sample", "created_at", "one_time_until"
    )
    return rows.filter(username__gte=name, username__lt=name + TOP) if name else rows


def posts(*, actor: Actor, role: str = "", organisation: str = "", state: str = "") -> QuerySet[Post]:
    """Posts with holder and organisation. ``state``: "now", "future", "ended" or "" for all. Page it by ("-id")."""
    actor.require("access.manage")
    today = clock.today()
    rows = Post.objects.select_related("account", "organisation")
    if role:
        rows = rows.filter(role_code=role)
    if organisation:
        rows = rows.filter(
            Q(organisation__code=organisation)
            | Q(organisation__name__icontains=organisation)
            | Q(organisation__name_en__icontains=organisation)
        )
    if state == "now":
        rows = rows.in_force()
    elif state == "future":
        rows = rows.filter(starts_on__gt=today)
    elif state == "ended":
        rows = rows.filter(ends_on__lt=today)
    return rows


def organisations_like(wanted: str, *, most: int) -> list[Organisation]:
    """Who is meant by a name or a code: one by the code or the whole name, else those whose name has it in it."""
    exact = Organisation.objects.filter(Q(code=wanted) | Q(name=wanted) | Q(name_en__iexact=wanted))
    found = list(exact.order_by("code")[:most])
    if not found:
        part = Q(name__icontains=wanted) | Q(name_en__icontains=wanted)
        found = list(Organisation.objects.filter(part, active=True).order_by("code")[:most])
    return found


def organisations(*, actor: Actor, name: str = "") -> QuerySet[Organisation]:
    """Organisations, or those whose name holds the text or whose code begins with it. Page it by ("code")."""
    actor.require("access.manage")
    rows = Organisation.objects.select_related("parent")
    return rows.filter(Q(name__contains=name) | Q(code__startswith=name)) if name else rows


def changes(*, actor: Actor, state: str = "") -> QuerySet[RightsChange]:
    """Proposed changes with everybody's names. Page it by ("-id")."""
    if not actor.may("access.approve"):
        actor.require("access.manage")
    rows = RightsChange.objects.select_related(
        "account", "post", "organisation", "successor", "proposed_by", "decided_by"
    )
    return rows.filter(state=state) if state else rows


def held_by(account_id: int) -> list[Held]:
    """All posts of an account, past and future ones too, as the rules see them."""
    rows = Post.objects.filter(account_id=account_id).values_list("role_code", "starts_on", "ends_on")
    return [Held(*row) for row in rows]


def open_work(post_ids: Iterable[int]) -> dict[int, list[tuple[Any, int]]]:
    """What is open with each of these posts: [(kind of work, how many)]. Counts alone, read as the background role."""
    ids, found = list(post_ids), {}
    if not ids:
        return {}
    with acting(job()):
        for handover in discovery.each("handovers"):
            for post_id, count in discovery.resolve(handover.held)(ids).items():
                found.setdefault(post_id, []).append((handover.label, count))
    return found


def left_behind(*, actor: Actor) -> list[tuple[Post, list[tuple[Any, int]]]]:
    """The posts that ended in the last ninety days and still hold open work: nobody's, until it is passed on."""
    actor.require("access.manage")
    today = clock.today()
    ended = Post.objects.filter(ends_on__lt=today, ends_on__gte=date.fromordinal(today.toordinal() - 90))
    found = {post.pk: post for post in ended.select_related("account", "organisation").order_by("id")[:5000]}
    return [(found[post_id], work) for post_id, work in open_work(found).items()]


def due_handovers(today: date) -> QuerySet[RightsChange]:
    """Approved ends whose last day is over and whose work was not passed on yet."""
    return RightsChange.objects.filter(
        kind=RightsChange.Kind.END,
        state=RightsChange.State.APPROVED,
        handed_over_at__isnull=True,
        ends_on__lt=today,
    ).order_by("id")


def post_ids_of(role_code: str) -> list[int]:
    """Ids of the posts of one kind in force today, without a look at the accounts."""
    return list(Post.objects.in_force().filter(role_code=role_code).values_list("id", flat=True))


def call(function: str, *values: str | int) -> Any:
    """What one of the package's own functions in PostgreSQL answers to the running actor. ``function``: a name in code."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {function}({', '.join(['%s'] * len(values))})", list(values))
        return cursor.fetchone()[0]


def decide_change(change_id: int, verdict: str, note: str, hashed: str) -> None:
    """Lets PostgreSQL carry out or refuse a proposed change, as the running actor."""
    call("access_decide_change", change_id, verdict, note, hashed)


def withdraw_change(change_id: int) -> bool:
    """Takes back one's own proposal that still waits; whether there was one."""
    return call("access_withdraw_change", change_id)
