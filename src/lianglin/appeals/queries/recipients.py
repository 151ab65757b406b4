"""Who is told when an appeal moves: the appellant's phone, and the posts whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from lianglin.access.actor import Actor, duties_of, role_kinds
from lianglin.access.models import Post
from lianglin.appeals.models import Appeal, Appellant
from lianglin.cases.models import Case, Clock, Step
from lianglin.kit.events import CaseMoved

CODE_LENGTH = {"community": 12, "township": 9, "county": 6}
"""Length of the scope code of a post of each level."""


@dataclass(frozen=True)
class Promise:
    """Until when something is promised, and whether the calendar of that time is not official yet."""

    at: datetime
    provisional: bool


def moved(event: CaseMoved, actor: Actor) -> tuple[Case, Step] | None:
    """The case of an event and the step that it tells of."""
    steps = Step.objects.visible_to(actor, purpose=actor.work_purpose).select_related("case", "case__owner")
    step = steps.filter(case_id=event.case_id, move=event.move, at=datetime.fromisoformat(event.at)).first()
    return (step.case, step) if step else None


def promised(step: Step, actor: Actor) -> Promise | None:
    """What this step promised: the end of the clock it started, else of the clock that runs."""
    clocks = Clock.objects.visible_to(actor, purpose=actor.work_purpose).filter(case_id=step.case_id)
    found = (
        clocks.filter(started_at=step.at).first()
        or clocks.filter(stopped_at__isnull=True).order_by("-id").first()
    )
    return Promise(found.due_at, found.provisional) if found else None


def phone_and_language(case_id: int, actor: Actor) -> tuple[str, str, int | None]:
    """The appellant's mobile number ("" for none), the language the appeal was written in, and the resident who had
    logged in."""
    appellant = (
        Appellant.objects.visible_to(actor, purpose=actor.work_purpose).filter(case_id=case_id).first()
    )
    phone = (appellant.phone or "") if appellant else ""
    language = (
        Appeal.objects.visible_to(actor, purpose=actor.work_purpose)
        .filter(case_id=case_id)
        .values_list("language", flat=True)
    )
    who = appellant.resident_id if appellant else None
    return (phone if phone.startswith("1") else ""), language.first() or "zh-hans", who


def has_no_phone(case_id: int, actor: Actor) -> bool:
    """Whether somebody gave a name but no number at all: a notice on paper reaches them, a message does not."""
    seen = Appellant.objects.visible_to(actor, purpose=actor.work_purpose).filter(case_id=case_id)
    return seen.filter(phone__isnull=True).exclude(name="").exists()


def posts_with(duty: str, level: str, scope_code: str) -> list[int]:
    """Posts in force of this level that cover a community and carry a duty."""
    roles = [
        kind.code for kind in role_kinds().values() if kind.level == level and duty in duties_of(kind.code)
    ]
    return _in_force(Q(role_code__in=roles, scope_code=scope_code[: CODE_LENGTH[level]]))


def posts_over(duty: str, areas: Iterable[str]) -> list[int]:
    """Posts in force of one of these very areas that carry a duty."""
    roles = [kind.code for kind in role_kinds().values() if duty in duties_of(kind.code)]
    return _in_force(Q(role_code__in=roles, scope_code__in=list(areas)))


def posts_of(organisation_id: int) -> list[int]:
    """Posts in force of an organisation."""
    return _in_force(Q(organisation_id=organisation_id))


def _in_force(which: Q) -> list[int]:
    return list(Post.objects.in_force().filter(which).order_by("id").values_list("id", flat=True))
