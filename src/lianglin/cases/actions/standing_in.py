"""Covering an absence, giving one case to a colleague, handing over everything: nothing is left without a holder.

Nobody gets more rights by it: whoever stands in acts in the own post, with its own area and duties; steps and
audit lines name both (decision 0050).
"""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.models import Post
from lianglin.access.transaction import together
from lianglin.cases.actions.moving import lock, remark
from lianglin.cases.actions.steps import step_of
from lianglin.cases.models import Case, Cover, Delegation, Handover, Step
from lianglin.cases.queries import standing_in as read
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused

LONGEST = timedelta(days=184)
"""An absence longer than half a year is a change of post, made by the administrator."""


def arrange_cover(*, by: Actor, by_post_id: int, starts_on: date, ends_on: date) -> Cover:
    """The holder of a post names who stands in from one day to another (both included)."""
    own = _own_post(by)
    other = _colleague(own, by_post_id)
    if not clock.today() <= ends_on or ends_on < starts_on or ends_on - starts_on > LONGEST:
        raise Refused(
            _("Write a first and a last day, the last not before today and at most half a year later."),
            field="ends_on",
        )
    with together():
        taken = Cover.objects.filter(
            for_post=own, ended_at__isnull=True, starts_on__lte=ends_on, ends_on__gte=starts_on
        )
        if taken.exists():
            raise Refused(_("Somebody stands in for you on these days already. End that cover first."))
        made = Cover.objects.create(
            for_post=own,
            by_post=other,
            organisation_id=own.organisation_id,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        audit.record(
            "cases.cover", "cases.Cover", made.pk, scope_code=own.scope_code,
            values={"for": own.pk, "by": other.pk, "from": str(starts_on), "to": str(ends_on)},
        )  # fmt: skip
    return made


def end_cover(*, by: Actor, cover_id: int) -> Cover:
    """Ends a cover at once; either of the two may."""
    with together():
        found = Cover.objects.select_for_update().filter(pk=cover_id, ended_at__isnull=True).first()
        if found is None or by.post_id not in (found.for_post_id, found.by_post_id):
            raise Forbidden(_("This cover is not yours, or has ended."))
        found.ended_at = clock.now()
        found.save(update_fields=["ended_at"])
        audit.record("cases.end_cover", "cases.Cover", found.pk, scope_code=found.for_post.scope_code)
    return found


def delegate(case_id: int, *, by: Actor, to_post_id: int, note: str = "") -> Delegation:
    """Gives one case that the post holds to a colleague; it stays its own, and can be taken back."""
    own = _own_post(by)
    other = _colleague(own, to_post_id)
    with together():
        case = lock(case_id, by=by)
        if case.assignee_id != own.pk or case.closed_at is not None:
            raise Refused(_("Only an open case that your own post holds can be given to a colleague."))
        Delegation.objects.filter(case=case, ended_at__isnull=True).update(ended_at=clock.now())
        made = Delegation.objects.create(
            case=case,
            scope_code=case.scope_code,
            from_post=own,
            to_post=other,
            organisation_id=own.organisation_id,
            at=clock.now(),
        )
        remark(case, by=by, note=note, public=False, data={"to_post": other.pk}, code="delegate")
    return made


def take_back(case_id: int, *, by: Actor) -> None:
    """Ends the delegation of a case; either of the two may."""
    with together():
        case = lock(case_id, by=by)
        found = Delegation.objects.filter(case=case, ended_at__isnull=True).first()
        if found is None or by.post_id not in (found.from_post_id, found.to_post_id):
            raise Refused(_("This case is not given to anybody, or not by you."))
        found.ended_at = clock.now()
        found.save(update_fields=["ended_at"])
        remark(case, by=by, note="", public=False, data={"to_post": found.from_post_id}, code="take_back")


def hand_over(*, from_post: Post, to_post: Post | None, by: Actor) -> Handover:
    """Gives every open case of a post to its successor; without one, back to the unit, whose other posts see it.

    Ends the post's covers and delegations. The list stays readable for the unit. Refused when the successor could
    not do the work by its own right, or when ``by`` does not see everything the post holds. ``by`` is the post
    itself or the background (``cases.handover.pass_on``, ``cases.tasks.return_left_cases``).
    """
    if by.role != "job" and by.post_id != from_post.pk:
        raise Forbidden(_("Only the post itself hands over its work; else the administrator ends the post."))
    if to_post is not None and not read.can_do_the_work_of(from_post, to_post):
        raise Refused(
            _("That post has not the unit, the area or the duties for this work. Choose another."),
            field="to_post",
        )
    with together():
        rows = Case.objects.visible_to(by, purpose=by.work_purpose).filter(
            assignee_id=from_post.pk, closed_at__isnull=True
        )
        found = list(rows.select_for_update(of=("self",), no_key=True).order_by("id"))
        _give(found, to_post, by)
        made = Handover.objects.create(
            from_post=from_post,
            to_post=to_post,
            organisation_id=from_post.organisation_id,
            at=clock.now(),
            lines=[{"case": case.pk, "number": case.number} for case in found],
        )
        _end_what_it_stood_in_for(from_post)
        audit.record(
            "cases.hand_over", "cases.Handover", made.pk, scope_code=from_post.scope_code,
            values={"from": from_post.pk, "to": to_post.pk if to_post else None, "cases": [c.pk for c in found]},
        )  # fmt: skip
    return made


def _give(found: list[Case], to_post: Post | None, by: Actor) -> None:
    now, receiver = clock.now(), to_post.pk if to_post else None
    for case in found:
        case.version += 1
        case.assignee_id = receiver
    Case._base_manager.bulk_update(found, ["version", "assignee_id"], batch_size=500)
    Step.objects.bulk_create(
        [
            step_of(case, case.version + 1, "hand_over", case.state, case.state, now, by, "", False, {"to_post": receiver})
            for case in found
        ],
        batch_size=500,
    )  # fmt: skip


def _end_what_it_stood_in_for(post: Post) -> None:
    now = clock.now()
    for rows in (
        Cover.objects.filter(for_post=post),
        Cover.objects.filter(by_post=post),
        Delegation.objects.filter(from_post=post),
        Delegation.objects.filter(to_post=post),
    ):
        rows.filter(ended_at__isnull=True).update(ended_at=now)


def _own_post(by: Actor) -> Post:
    found = Post.objects.filter(pk=by.post_id).first() if by.post_id else None
    if found is None:
        raise Forbidden(_("Only a post can name who stands in for it."))
    return found


def _colleague(own: Post, post_id: int) -> Post:
    found = read.posts_in_force(own.organisation_id).filter(pk=post_id).exclude(pk=own.pk).first()
    if found is None or not read.can_do_the_work_of(own, found):
        raise Refused(
            _("Choose a post of your own unit whose area and duties reach as far as yours."), field="post"
        )
    return found
