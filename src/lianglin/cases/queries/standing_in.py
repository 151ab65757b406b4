"""Who stands in for whom today, and what a post holds."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from lianglin.access.actor import Actor, duties_of, job, role_kinds
from lianglin.access.governance.queries import due_handovers
from lianglin.access.models import Post
from lianglin.cases import queries
from lianglin.cases.models import Case, Cover, Delegation, Handover
from lianglin.kit import clock


def in_force(day: date) -> Q:
    """Covers that hold on a day."""
    return Q(ended_at__isnull=True, starts_on__lte=day, ends_on__gte=day)


def stands_in_for(case: Case, by: Actor) -> int | None:
    """The post on whose behalf this actor works on a case that another post holds; None: on its own."""
    holder = case.assignee_id
    if holder is None or by.post_id is None or holder == by.post_id:
        return None
    if case.assignee is None or case.assignee.organisation_id != by.organisation_id:
        return None  # a cover stays within the unit
    covers = Cover.objects.filter(in_force(clock.today()), for_post_id=holder, by_post_id=by.post_id)
    given = Delegation.objects.filter(
        case_id=case.pk, from_post_id=holder, to_post_id=by.post_id, ended_at__isnull=True
    )
    found = covers.order_by().values_list("for_post_id").union(given.order_by().values_list("from_post_id"))
    return holder if found.exists() else None


def posts_in_force(organisation_id: int) -> QuerySet[Post]:
    """The unit's posts in force today."""
    return Post.objects.in_force().filter(organisation_id=organisation_id).order_by("id")


def colleagues(actor: Actor) -> list[Post]:
    """The posts of the same unit that may do this post's work: as wide an area, no duty of a case missing."""
    own = Post.objects.filter(pk=actor.post_id).first()
    if own is None:
        return []
    others = posts_in_force(own.organisation_id).exclude(pk=own.pk).exclude(account_id=own.account_id)
    return [post for post in others if can_do_the_work_of(own, post)]


def can_do_the_work_of(own: Post, other: Post) -> bool:
    """Whether a post has, by its own right, the unit, the area and the duties that another's cases need."""
    return (
        other.organisation_id == own.organisation_id
        and own.scope_code.startswith(other.scope_code)
        and role_kinds()[own.role_code].db_role == role_kinds()[other.role_code].db_role
        and duties_of(own.role_code) <= duties_of(other.role_code)
    )


def held(post_id: int, actor: Actor) -> QuerySet[Case]:
    """The open cases that a post holds. Page it by ("-id")."""
    return queries.visible(actor).filter(assignee_id=post_id, closed_at__isnull=True)


def covers(actor: Actor) -> list[Cover]:
    """The covers of the unit that hold or are to come, the next first."""
    found = Cover.objects.filter(
        organisation_id=actor.organisation_id, ended_at__isnull=True, ends_on__gte=clock.today()
    )
    return list(found.select_related("for_post", "by_post").order_by("starts_on", "id")[:100])


def delegations(actor: Actor) -> list[Delegation]:
    """The cases of the unit that one post gave to another and that are not taken back, the newest first."""
    mine = Delegation.objects.filter(organisation_id=actor.organisation_id, ended_at__isnull=True)
    return list(mine.select_related("from_post", "to_post").order_by("-id")[:100])


def numbers(found: list[Delegation], actor: Actor) -> dict[int, Any]:
    """The cases of these delegations by id, as far as the reader may see them."""
    rows = queries.visible(actor).filter(pk__in=[entry.case_id for entry in found])
    return {case.pk: case for case in rows}


def handovers(actor: Actor) -> list[Handover]:
    """The last handovers of the unit, the newest first."""
    found = Handover.objects.filter(organisation_id=actor.organisation_id)
    return list(found.select_related("from_post", "to_post").order_by("-id")[:20])


def holds_something(post: Post) -> bool:
    """Whether a post, as the background sees it, holds open cases or stands in anywhere."""
    return (
        held(post.pk, job()).exists()
        or Cover.objects.filter(Q(for_post=post) | Q(by_post=post), ended_at__isnull=True).exists()
        or Delegation.objects.filter(Q(from_post=post) | Q(to_post=post), ended_at__isnull=True).exists()
    )


def ended_with_work(day: date) -> list[Post]:
    """The posts that ended before a day, hold open cases, and have no successor still to come; as the background sees it."""
    holders = Case.objects.visible_to(job(), purpose=job().work_purpose).filter(
        assignee__ends_on__lt=day, closed_at__isnull=True
    )
    waiting = due_handovers(day).filter(successor_post__isnull=False).values("post_id")
    found = Post.objects.filter(pk__in=holders.order_by().values("assignee_id")).exclude(pk__in=waiting)
    return list(found.select_related("organisation").order_by("id")[:500])
