"""A class of problems: put together, confirmed by a second person, its cases, its causes, its measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.access.transaction import together
from lianglin.appeals.actions.asking import known
from lianglin.appeals.actions.problem_news import as_told
from lianglin.appeals.actions.problem_steps import (
    call_deciders,
    give_part,
    impersonal,
    must_work_in,
    on_problem,
    said,
    show_again,
    take_step,
    tell,
)
from lianglin.appeals.models import (
    Campaign,
    ProblemCase,
    ProblemCause,
    ProblemClass,
    ProblemMeasure,
    Project,
    PublicProblem,
)
from lianglin.appeals.queries import catalogue
from lianglin.appeals.queries.campaigns import season_begun
from lianglin.appeals.queries.problems import MOST_CASES, subject_of
from lianglin.appeals.rules import problems
from lianglin.appeals.rules.effect import LONGEST
from lianglin.cases.models import Case
from lianglin.kit import clock, rows
from lianglin.kit.errors import Conflict, Forbidden, Refused


@dataclass(frozen=True)
class Drawn:
    """What a class covers: title, breadth, catalogue codes, area, days in which it was seen, the unit that owns it."""

    title: str
    breadth: str
    codes: Sequence[str]
    scope_code: str
    first_day: date
    last_day: date
    owner: Organisation
    promised_on: date | None = None


def make(*, by: Actor, drawn: Drawn, case_ids: Iterable[int] = (), reason: str = "") -> ProblemClass:
    """Puts a class together, by hand or from ticked cases. It is a candidate until a second person confirms it."""
    by.require(problems.DRAW_UP)
    chosen = list(dict.fromkeys(case_ids))
    with together():
        made = _drawn(drawn, by, "cases" if chosen else "hand")
        made.made_by_id = by.account_id
        made.save(force_insert=True)
        tell(made, "made", by=by, note=impersonal(reason, "reason"))
        give_part(made, drawn.owner, by=by)
        if chosen:
            _link(made, chosen, by=by, reason=reason)
        call_deciders(made, "problem_waits", but=by.post_id)
    return made


def confirm(
    candidate_cases: Sequence[int],
    item: str,
    scope: str,
    first_day: date,
    last_day: date,
    *,
    by: Actor,
    owner: Organisation,
    title: str = "",
    reason: str = "",
) -> ProblemClass:
    """Makes a confirmed class of what the nightly search proposed: the person's look is the second one.

    ``item``: a code of the catalogue (an item's, a class's or a field's); ``scope``: the area's scope code.
    """
    by.require(problems.DECIDE)
    breadth = next((name for name, width in problems.DIGITS.items() if width == len(item)), "")
    words = title or catalogue.name_of(item)
    drawn = Drawn(words[:60], breadth, [item], scope, first_day, last_day, owner)
    with together():
        made = _drawn(drawn, by, "candidate")
        made.state = problems.CONFIRMED
        made.confirmed_at, made.confirmed_by_id = clock.now(), by.account_id
        made.save(force_insert=True)
        tell(made, "confirm", by=by, note=impersonal(reason, "reason"))
        give_part(made, owner, by=by)
        _link(made, list(candidate_cases), by=by, reason=reason)
    return made


def _drawn(drawn: Drawn, by: Actor, origin: str) -> ProblemClass:
    must_work_in(drawn.scope_code, by)
    known(drawn.breadth, problems.BREADTHS, "breadth")
    codes = list(dict.fromkeys(drawn.codes))
    if not codes or len(codes) > problems.MOST_CODES:
        raise Refused(
            _("Choose one to %(n)d codes of the catalogue.") % {"n": problems.MOST_CODES}, field="codes"
        )
    if wrong := problems.wrong_codes(drawn.breadth, codes, catalogue.known_codes()):
        raise Refused(_("The catalogue has no “%(codes)s”.") % {"codes": ", ".join(wrong)}, field="codes")
    if not drawn.first_day <= drawn.last_day <= clock.today():
        raise Refused(
            _("The first day comes before the last, and the last is today at the latest."), field="last_day"
        )
    if (drawn.last_day - drawn.first_day).days >= LONGEST:
        raise Refused(
            _("At most a year, so that the same season of the year before lies outside."), field="first_day"
        )
    return ProblemClass(
        scope_code=drawn.scope_code, title=impersonal(drawn.title, "title"), breadth=drawn.breadth, codes=codes,
        first_day=drawn.first_day, last_day=drawn.last_day, origin=origin, owner=drawn.owner, post_id=by.post_id,
        promised_on=drawn.promised_on, made_at=clock.now(),
    )  # fmt: skip


@on_problem
def decide(problem: ProblemClass, *, by: Actor, approve: bool, note: str = "") -> ProblemClass:
    """The second look at a candidate: confirmed, or refused with a reason; not by who put it together."""
    by.require(problems.DECIDE)
    if approve and problem.made_by_id == by.account_id:
        raise Forbidden(
            _("Who put it together cannot confirm it. Leave it to a second person with this duty.")
        )
    if approve:
        problem.confirmed_at, problem.confirmed_by_id = clock.now(), by.account_id
    else:
        problem.closed_at = clock.now()
    taken = take_step(problem, "confirm" if approve else "refuse", by=by, note=impersonal(note, "note"))
    if not approve:
        let_go(problem)
    return taken


@on_problem
def add_cases(problem: ProblemClass, *, by: Actor, case_ids: Iterable[int], reason: str = "") -> int:
    """Puts more cases into a class; how many came new. Those that may not are named in the refusal."""
    by.require(problems.DRAW_UP)
    must_work_in(problem.scope_code, by)
    if problem.state in problems.FINISHED:
        raise Conflict(_("A class that is closed or refused takes no cases."))
    added = _link(problem, list(dict.fromkeys(case_ids)), by=by, reason=impersonal(reason, "reason"))
    tell(problem, "add", by=by, note=reason, before=problem.state)
    show_again(problem)
    return added


def _link(problem: ProblemClass, case_ids: list[int], *, by: Actor, reason: str) -> int:
    if not case_ids or len(case_ids) > MOST_CASES:
        raise Refused(_("Choose one to %(n)d appeals.") % {"n": MOST_CASES}, field="cases")
    seen = Case.objects.visible_to(by, purpose=by.work_purpose).filter(pk__in=case_ids, kind="appeal")
    found = list(seen.select_related("appeal").only("number", "scope_code", "appeal__item"))
    items, inside = frozenset(subject_of(problem).items()), problem.scope_code
    wrong = [
        case.number
        for case in found
        if not case.scope_code.startswith(inside) or case.appeal.item_id not in items  # pyright: ignore[reportAttributeAccessIssue] - an appeal's own
    ]
    if wrong or len(found) < len(case_ids):
        raise Refused(
            _("Not of this area and these items, or not to be read by your post: %(numbers)s")
            % {"numbers": ", ".join(wrong[:10]) or "–"},
            field="cases",
        )
    _must_be_free(problem, found, by)
    held = ProblemCase.objects.visible_to(by, purpose=by.work_purpose).filter(problem=problem, live=True)
    there = set(held.values_list("case_id", flat=True))
    new = [case.pk for case in found if case.pk not in there]
    now, count = clock.now(), len(new)
    columns: dict[str, list[Any]] = {
        "problem_id": [problem.pk] * count, "scope_code": [inside] * count, "breadth": [problem.breadth] * count,
        "case_id": new, "live": [True] * count, "reason": [reason.strip()[:200]] * count,
    }  # fmt: skip
    try:
        with together():
            ids = rows.insert(
                ProblemCase, {**columns, "added_at": [now] * count, "added_post_id": [by.post_id] * count}
            )
    except IntegrityError as error:
        raise Conflict(
            _("Somebody has just put one of these appeals into another class. Look at them again."),
            field="cases",
        ) from error
    return len(ids)


def _must_be_free(problem: ProblemClass, found: list[Case], by: Actor) -> None:
    """A case is in at most one open class of the same breadth and area."""
    links = ProblemCase.objects.visible_to(by, purpose=by.work_purpose).filter(
        case__in=found, scope_code=problem.scope_code, breadth=problem.breadth, live=True
    )
    taken = links.exclude(problem_id=problem.pk).select_related("problem", "case")[:10]
    if held := [f"{link.case.number} ({link.problem.title})" for link in taken]:
        raise Conflict(
            _("Already in another open class of this area: %(held)s. Take them out there first.")
            % {"held": ", ".join(held)},
            field="cases",
        )


@on_problem
def remove_case(problem: ProblemClass, *, by: Actor, case_id: int, reason: str) -> ProblemCase:
    """Takes a case out of a class, with the reason; that it was in it stays in the history."""
    by.require(problems.DRAW_UP)
    must_work_in(problem.scope_code, by)
    said(reason, "reason")
    links = ProblemCase.objects.visible_to(by, purpose=by.work_purpose).select_for_update(
        of=("self",), no_key=True
    )
    held = links.filter(problem=problem, case_id=case_id, removed_at__isnull=True).first()
    if held is None:
        raise Conflict(_("This appeal is not in the class any more."))
    held.live, held.removed_at = False, clock.now()
    held.removed_reason, held.removed_post_id = reason.strip()[:200], by.post_id
    held.save(update_fields=["live", "removed_at", "removed_reason", "removed_post"])
    tell(problem, "remove", by=by, note=reason, before=problem.state)
    return held


def let_go(problem: ProblemClass) -> None:
    """The cases of a class that ended may be put into another one."""
    ProblemCase._base_manager.filter(problem=problem, live=True).update(live=False)


def hold_again(problem: ProblemClass) -> None:
    """The cases of a class that is opened again are in it again, except those that went into another one."""
    taken = ProblemCase._base_manager.filter(
        scope_code=problem.scope_code, breadth=problem.breadth, live=True
    ).values("case_id")
    mine = ProblemCase._base_manager.filter(problem=problem, removed_at__isnull=True)
    mine.exclude(case_id__in=taken).update(live=True)


@on_problem
def find_cause(problem: ProblemClass, *, by: Actor, kind: str, text: str) -> ProblemCause:
    """Writes a root cause down; a new one does not wipe out the earlier."""
    known(kind, problems.CAUSES, "kind")
    said(text, "text")
    take_step(problem, "find_cause", by=by, note=text)
    made = ProblemCause(
        problem=problem, scope_code=problem.scope_code, kind=kind, text=text.strip(), at=clock.now(), post_id=by.post_id
    )  # fmt: skip
    made.save(force_insert=True)
    return made


@on_problem
def add_measure(
    problem: ProblemClass,
    *,
    by: Actor,
    kind: str,
    title: str,
    unit: Organisation,
    document_no: str = "",
    effective_on: date | None = None,
    project: Project | None = None,
    campaign: Campaign | None = None,
) -> ProblemMeasure:
    """A lasting fix. A rule needs its document and its first day; a project and a campaign are pages of their own."""
    known(kind, problems.MEASURES, "kind")
    if kind == "rule" and not document_no.strip():
        raise Refused(_("A rule has a document number."), field="document_no")
    if kind in ("rule", "other") and effective_on is None:
        raise Refused(_("Say from which day it is in effect."), field="effective_on")
    if kind == "project" and project is None:
        raise Refused(_("Choose the project."), field="project")
    if kind == "campaign" and campaign is None:
        raise Refused(_("Choose the campaign."), field="campaign")
    if campaign is not None and effective_on is None:
        effective_on = season_begun(campaign, by)
    impersonal(document_no, "document_no")
    take_step(problem, "start", by=by, note=impersonal(title, "title"))
    if problem.measure_at is None:
        problem.measure_at = clock.now()
        problem.save(update_fields=["measure_at"])
    made = ProblemMeasure(
        problem=problem, scope_code=problem.scope_code, kind=kind, title=title.strip(), unit=unit,
        document_no=document_no.strip(), effective_on=effective_on, project=project, campaign=campaign,
        at=clock.now(), post_id=by.post_id,
    )  # fmt: skip
    made.save(force_insert=True)
    give_part(problem, unit, by=by)
    return made


@on_problem
def hand_to(
    problem: ProblemClass, *, by: Actor, owner: Organisation, promised_on: date | None, note: str
) -> ProblemClass:
    """Another unit owns the class from now on, or it is promised by another day; with the reason."""
    by.require(problems.DRAW_UP)
    must_work_in(problem.scope_code, by)
    said(note, "note")
    problem.owner, problem.promised_on = owner, promised_on
    problem.save(update_fields=["owner", "promised_on"])
    give_part(problem, owner, by=by)
    tell(problem, "owner", by=by, note=note, before=problem.state)
    show_again(problem)
    return problem


@on_problem
def publish(
    problem: ProblemClass, *, by: Actor, title: str, text: str, measures: Iterable[int] = ()
) -> PublicProblem:
    """Tells residents of a confirmed class, in a text written for them, with the measures that the person chose."""
    by.require(problems.DECIDE)
    must_work_in(problem.scope_code, by)
    if problem.state not in problems.SHOWN:
        raise Conflict(_("Residents are told of a class once it is confirmed."))
    said(text, "text")
    now = clock.now()
    held = PublicProblem.objects.select_for_update(no_key=True).filter(problem=problem).first()
    shown = held or PublicProblem(problem=problem, published_at=now)
    shown.scope_code, shown.codes, shown.sample = problem.scope_code, problem.codes, problem.sample
    shown.title, shown.text, shown.visible = impersonal(title, "title"), text.strip(), True
    shown.promised_on, shown.state, shown.updated_at = problem.promised_on, problem.state, now
    shown.measures = _chosen(problem, set(measures), by)
    shown.save()
    tell(problem, "publish", by=by, note=title, before=problem.state)
    show_again(problem)
    return shown


def _chosen(problem: ProblemClass, wanted: set[int], by: Actor) -> list[dict[str, Any]]:
    seen = ProblemMeasure.objects.visible_to(by, purpose=by.work_purpose).filter(problem=problem)
    found = list(seen.filter(pk__in=wanted).select_related("unit").order_by("id"))
    if len(found) < len(wanted):
        raise Refused(_("Choose among the measures of this class."), field="measures")
    return [as_told(one) for one in found]


@on_problem
def hide(problem: ProblemClass, *, by: Actor, note: str) -> None:
    """Takes the class off the residents' page, with the reason."""
    by.require(problems.DECIDE)
    must_work_in(problem.scope_code, by)
    said(note, "note")
    PublicProblem.objects.filter(problem=problem).update(visible=False, updated_at=clock.now())
    tell(problem, "hide", by=by, note=note, before=problem.state)
