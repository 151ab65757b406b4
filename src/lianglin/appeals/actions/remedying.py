"""A bad grade makes a remedy: a case of its own, with its clock, for the unit that answered; and a second call-back."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.appeals import rules
from lianglin.appeals.actions.asking import known, on_case
from lianglin.appeals.models import CallBack, Remedy
from lianglin.appeals.queries import recipients
from lianglin.appeals.rules import grading, remedy
from lianglin.cases import actions as cases
from lianglin.cases.models import Case, Step
from lianglin.cases.rules import SUBJECT
from lianglin.kit import messages
from lianglin.kit.errors import Forbidden
from lianglin.kit.ids import group_case_number
from lianglin.kit.signs import local_dt_lazy


@on_case
def open_remedy(case: Case, *, by: Actor) -> Case | None:
    """Opens the remedy that the last valid call-back of a matter calls for; None where it calls for none. Idempotent.

    For the background. Not solved makes no remedy: then the matter itself is handled again.
    """
    heard = CallBack.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=case.pk, reached=True)
    last = heard.order_by("-id").first()
    if case.state != "closed" or last is None or not grading.makes_remedy(last.grade, last.solved):
        return None
    made = Remedy.objects.visible_to(by, purpose=by.work_purpose).filter(of_id=case.pk, graded_at=last.at)
    if made.exists():
        return None
    unit = _who_answered(case, by)
    opened = cases.open_case(
        kind=remedy.KIND, title=case.title, place=_place(case), by=by, case_id=cases.reserve_id()
    ).case
    opened.owner, opened.sample = unit, case.sample
    opened.save(update_fields=["owner", "sample"])
    Remedy(
        case=opened, scope_code=case.scope_code, of=case, graded_at=last.at, grade=last.grade,
        reasons=last.reasons, unit=unit,
    ).save(force_insert=True)  # fmt: skip
    if unit is not None:
        access.give(
            subject=SUBJECT, subject_id=opened.pk, organisation=unit, scope_code=case.scope_code,
            reason="remedy", by=by,
        )  # fmt: skip
    cases.remark(case, by=by, note="", public=True, data={"part": opened.number}, code="remedy")
    _tell(opened, "appeals.remedy", recipients.posts_of(unit.pk) if unit else [])
    return opened


def _place(case: Case) -> cases.Place:
    return cases.Place(
        community=case.community, building=case.building, compound=case.compound, text=case.place_text,
        lon=case.lon, lat=case.lat,
    )  # fmt: skip


def _who_answered(case: Case, by: Actor) -> Organisation | None:
    """The unit in charge, else whoever answered on the spot: a remedy always reaches who handled it."""
    if case.owner_id is not None:
        return Organisation.objects.get(pk=case.owner_id)
    steps = Step.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=case.pk, move="answer_now")
    last = steps.select_related("organisation").order_by("-seq").first()
    return last.organisation if last else None


def is_theirs(case: Case, by: Actor) -> bool:
    """Whether the remedy was given to the post's own unit."""
    return case.owner_id == by.organisation_id


@on_case
def make_good(case: Case, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """The unit says what was made good; the second call-back is due."""
    _must_be_remedy(case)
    if not is_theirs(case, by):
        raise Forbidden(_("This remedy was given to another unit."))
    cases.move(case, "make_good", by=by, seen_version=seen_version, note=note)
    callers = recipients.posts_with("appeals.call_back", "community", case.scope_code)
    _tell(case, "appeals.remedy_call", callers)
    return case


@on_case
def call_again(
    case: Case,
    *,
    by: Actor,
    reached: bool,
    solved: str = "",
    grade: int | None = None,
    note: str = "",
    seen_version: int | None = None,
) -> Case:
    """The second call-back: good now: closed; still not: once more by the unit; the third try in vain closes it.

    What is said here stands in the remedy's own steps: the rates of call-backs count the first one alone.
    """
    _must_be_remedy(case)
    cases.expect(case, "call_again", by=by, seen_version=seen_version)
    if reached:
        known(solved, rules.SOLVED_ANSWERS, "solved")
    if grade is not None:
        known(grade, rules.GRADES, "grade")
    steps = Step.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=case.pk, move="call_try")
    tries = steps.filter(at__gte=case.settled_at).count()
    data = {"reached": reached, "solved": solved if reached else "", "grade": grade if reached else None}
    if reached and solved == "no":
        cases.move(case, "insist", by=by, seen_version=seen_version, note=note, data=data)
        _tell(case, "appeals.remedy", recipients.posts_of(case.owner_id) if case.owner_id else [])
    elif reached or rules.is_last_try(tries):
        cases.move(case, "call_again", by=by, seen_version=seen_version, note=note, data=data)
    else:
        cases.remark(
            case, by=by, note=note or _("called, nobody answered"), data={"try": tries + 1}, code="call_try"
        )
    return case


@on_case
def drop(case: Case, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """The dispatcher ends a remedy that has become needless, with a reason."""
    _must_be_remedy(case)
    cases.move(case, "drop", by=by, seen_version=seen_version, note=note)
    return case


def _must_be_remedy(case: Case) -> None:
    if case.kind != remedy.KIND:
        raise Forbidden(_("There is no such remedy in the area of your current post."))


def _tell(case: Case, code: str, posts: list[int]) -> None:
    for post_id in posts:
        messages.send(
            messages.Message(
                code=code,
                channel="in_app",
                scope_code=case.scope_code,
                case_id=case.pk,
                post_id=post_id,
                context={
                    "number": group_case_number(case.number),
                    "due": local_dt_lazy(case.due_at, "short") if case.due_at else "",
                    "link": reverse("appeals:side", args=[case.number]),
                },
                once=f"{code}:{case.pk}:{case.version}:{post_id}",
            )
        )
