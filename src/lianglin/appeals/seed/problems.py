"""Sample problem classes, projects and campaigns, told by the actions over the sample history; all marked as samples.

The history has concentrations of its own (seed/history.py): where one was fixed, the effect is measured from the rows
like any other, and the class is closed with whatever comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from lianglin.access.actor import TOP, job
from lianglin.access.models import Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import campaigns, problem_effects, problem_news, problems, projects
from lianglin.appeals.models import (
    Campaign,
    Milestone,
    ProblemClass,
    ProblemEffect,
    ProblemMeasure,
    ProblemStep,
    Project,
    PublicProblem,
    PublicProblemEvent,
)
from lianglin.appeals.queries import problem_counts, worklists
from lianglin.appeals.queries.problem_counts import Subject
from lianglin.appeals.queries.problems import subject_of
from lianglin.appeals.rules import effect
from lianglin.appeals.rules.effect import Span
from lianglin.appeals.seed.catalogue import items
from lianglin.appeals.seed.reports import Problem
from lianglin.kit import clock, held
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.seeding import SeedContext

YEAR = timedelta(days=365)
MOST = 40
"""Appeals put into a sample class."""


@dataclass
class Office:
    """Who tells the story: streets' posts and the district's, two people; units by the names the catalogue gives them."""

    streets: dict[str, Post]
    district: Post
    units: dict[str, Organisation]

    def does(self, area: str, verb: Callable[..., Any], *args: Any, **given: Any) -> Any:
        """One action by the street's post of an area; of the district where there is none."""
        return self._acts(self.streets.get(area[:9], self.district), verb, args, given)

    def decides(self, verb: Callable[..., Any], *args: Any, **given: Any) -> Any:
        """One action by the second person, the district's."""
        return self._acts(self.district, verb, args, given)

    def _acts(self, post: Post, verb: Callable[..., Any], args: Any, given: dict[str, Any]) -> Any:
        with acting(actor_in(post)) as actor:
            return verb(*args, by=actor, **given)

    def unit(self, name: str) -> Organisation:
        """A sample unit; the district's own office where the sample has none of this name."""
        return self.units.get(name, self.district.organisation)


def seed_problems(context: SeedContext, areas: Mapping[int, str], planted: Sequence[Problem]) -> None:
    """Tells the samples in one district; ``areas``: number by which ``planted`` names an area -> its scope code."""
    office = _office(context)
    if office is None:
        return
    held.forget()  # the catalogue was written in this process
    _fixed(office, areas, planted, "worked", _close)
    _fixed(office, areas, planted, "failed", _reopen)
    first = min(office.streets)
    _heating(office, first)
    _parking(office, first)
    _candidate(office, first)
    for model in (ProblemClass, PublicProblem, Project, Campaign):
        model._base_manager.update(sample=True)
    with acting(job()) as by:
        for pk in PublicProblem.objects.values_list("pk", flat=True):
            problem_news.show(by=by, problem_id=pk)
    for shown in PublicProblem.objects.select_related("problem"):
        _story(shown)


def _story(shown: PublicProblem) -> None:
    """What residents were told in the months before: the first word, each measure, each new state, the effect."""
    problem = shown.problem
    steps = ProblemStep._base_manager.filter(
        problem=problem, move__in=("find_cause", "start", "measure", "close")
    )
    first = (problem.confirmed_at or problem.made_at) + timedelta(days=2)
    told: list[tuple[str, datetime, dict[str, Any]]] = [
        ("shown", first, {"state": "confirmed", "closed_with": ""})
    ]
    for step in steps.order_by("at", "id"):
        at = step.at + timedelta(days=1)
        if step.move == "start":
            told += [("measure", at, one) for one in shown.measures]
        elif step.move == "measure":
            told.append(("effect", at, shown.effect))
        told.append(("state", at, {"state": step.to_state, "closed_with": ""}))
    PublicProblemEvent._base_manager.filter(problem=shown).delete()
    PublicProblemEvent._base_manager.bulk_create(
        PublicProblemEvent(
            problem=shown, scope_code=shown.scope_code, kind=kind, at=min(at, clock.now()), values=values
        )
        for kind, at, values in sorted(told, key=lambda one: one[1])
    )
    PublicProblem._base_manager.filter(pk=shown.pk).update(published_at=first)


def _office(context: SeedContext) -> Office | None:
    posts = Post.objects.select_related("account", "organisation")
    district = posts.filter(role_code="district_coordinator").order_by("pk").first()
    coordinators: dict[str, int] = context.made["access"].get("coordinators", {})
    if district is None:
        return None
    mine = {code: pk for code, pk in coordinators.items() if code.startswith(district.scope_code)}
    if not mine:
        return None
    found = posts.in_bulk(list(mine.values()))
    units = {unit.name.removesuffix("（示例）"): unit for unit in Organisation.objects.filter(sample=True)}
    return Office({code: found[pk] for code, pk in mine.items()}, district, units)


# --- classes that had a fix --------------------------------------------------------------------------------

Ending = Callable[[Office, ProblemClass, Span], None]


def _fixed(
    office: Office, areas: Mapping[int, str], planted: Sequence[Problem], kind: str, end: Ending
) -> None:
    """The concentration of this kind in one street whose effect says most, as a class from its cases to its end."""
    found = []
    for one in planted:
        if one.effect != kind or one.fixed_on is None:
            continue
        span = Span(one.starts_on + YEAR, one.fixed_on + YEAR - timedelta(days=2))
        if span.last >= clock.today() or span.first < one.fixed_on:
            continue
        for area in (areas[number] for number in one.areas):
            if area[:9] in office.streets:
                rank = _strength(one, area, span)
                if rank is not None:
                    found.append((rank, len(found), one, area, span, one.fixed_on))
    if not found:
        return
    _rank, _number, one, area, span, fixed = max(found, key=lambda entry: entry[:2])
    problem = _made(office, one, area, fixed)
    _under_way(office, problem, fixed)
    office.does(area, problem_effects.measure_effect, problem.pk, first_day=span.first, last_day=span.last)
    end(office, problem, span)


def _strength(one: Problem, area: str, span: Span) -> tuple[bool, int] | None:
    """Whether the fall can be told, and how many cases there were; None before the records begin."""
    subject = ProblemClass(codes=[items()[one.item].code], scope_code=area)
    with acting(job()):
        if not problem_counts.reaches(subject_of(subject), one.starts_on):
            return None
        told = problem_effects.effect_of(subject, span)
    return told["verdict"] == effect.FELL, int(str(told["before"]))


def _made(office: Office, one: Problem, area: str, fixed: date) -> ProblemClass:
    item = items()[one.item]
    return _confirmed(
        office, f"{item.name}集中反映", [item.code], area, Span(one.starts_on, fixed - timedelta(days=1)),
        item.owner.split("/")[0], one.starts_on + timedelta(days=45),
    )  # fmt: skip


def _confirmed(
    office: Office,
    title: str,
    codes: list[str],
    area: str,
    seen: Span,
    owner: str,
    made_on: date,
    breadth: str = "item",
) -> ProblemClass:
    """Put together by the street, confirmed by the district a few days later."""
    drawn = problems.Drawn(
        title=title[:60], breadth=breadth, codes=codes, scope_code=area, first_day=seen.first, last_day=seen.last,
        owner=office.unit(owner), promised_on=made_on + timedelta(days=240),
    )  # fmt: skip
    cases = _cases(office, drawn)
    problem = office.does(
        area, problems.make, drawn=drawn, case_ids=cases, reason="示例：同一区域短期内集中反映"
    )
    office.decides(problems.decide, problem.pk, approve=True)
    _date(problem, made_on)
    return problem


def _cases(office: Office, drawn: problems.Drawn) -> list[int]:
    start = datetime.combine(drawn.first_day, time(), CITY_ZONE)
    end = datetime.combine(drawn.last_day, time(), CITY_ZONE)
    inside = Subject(tuple(drawn.codes), drawn.scope_code).items()
    with acting(actor_in(office.streets[drawn.scope_code[:9]])) as actor:
        found = worklists.appeals(actor).filter(
            scope_code__gte=drawn.scope_code, scope_code__lt=drawn.scope_code + TOP,
            appeal__item_id__in=inside, opened_at__gte=start, opened_at__lt=end,
        )  # fmt: skip
        return list(found.order_by("-id").values_list("pk", flat=True)[:MOST])


def _date(problem: ProblemClass, day: date) -> None:
    """Puts what was told so far to where it belongs in the history."""
    at = datetime.combine(day, time(10), CITY_ZONE)
    later = at + timedelta(days=3)
    ProblemClass._base_manager.filter(pk=problem.pk).update(made_at=at, confirmed_at=later)
    ProblemStep._base_manager.filter(problem=problem).update(at=at)
    ProblemStep._base_manager.filter(problem=problem, move="confirm").update(at=later)


def _under_way(office: Office, problem: ProblemClass, fixed: date) -> None:
    area = problem.scope_code
    text = "示例：维护责任没有落到单位，坏了才修，没有日常巡查。"
    office.does(area, problems.find_cause, problem.pk, kind="upkeep", text=text)
    office.does(
        area, problems.add_measure, problem.pk, kind="rule", title="示例巡查维护办法", unit=problem.owner,
        document_no="示例〔2025〕1号", effective_on=fixed,
    )  # fmt: skip
    at = datetime.combine(fixed - timedelta(days=10), time(15), CITY_ZONE)
    ProblemClass._base_manager.filter(pk=problem.pk).update(measure_at=at)
    ProblemStep._base_manager.filter(problem=problem, move__in=("find_cause", "start")).update(at=at)


def _ended(office: Office, problem: ProblemClass, span: Span) -> None:
    """Closed with the effect as it was measured, some days after its season."""
    office.decides(problem_effects.close, problem.pk, note="示例：按同季对比结果销号，继续观察。")
    at = min(datetime.combine(span.last + timedelta(days=10), time(11), CITY_ZONE), clock.now())
    ProblemClass._base_manager.filter(pk=problem.pk).update(closed_at=at)
    ProblemEffect._base_manager.filter(problem=problem).update(at=at - timedelta(days=2))
    ProblemStep._base_manager.filter(problem=problem, move="measure").update(at=at - timedelta(days=2))
    ProblemStep._base_manager.filter(problem=problem, move="close").update(at=at)


def _close(office: Office, problem: ProblemClass, span: Span) -> None:
    _ended(office, problem, span)
    text = "示例：居民多次反映同一问题。已定下巡查办法，责任单位每周巡查。同季对比的结果见下。"
    _tell(office, problem, problem.title, text)


def _tell(office: Office, problem: ProblemClass, title: str, text: str) -> None:
    """Told to residents with all its measures."""
    chosen = list(ProblemMeasure._base_manager.filter(problem=problem).values_list("pk", flat=True))
    office.decides(problems.publish, problem.pk, title=title, text=text, measures=chosen)


def _reopen(office: Office, problem: ProblemClass, span: Span) -> None:
    _ended(office, problem, span)
    office.decides(problem_effects.reopen, problem.pk, note="示例：同季数量没有降下来，重新找成因。")


# --- what is under way -------------------------------------------------------------------------------------


def _heating(office: Office, area: str) -> None:
    """Winter's ills cured in summer: a class of heating, a project with milestones, one of them late."""
    today = clock.today()
    seen = Span(today - timedelta(days=330), today - timedelta(days=200))
    problem = _confirmed(
        office,
        "室温不达标和停热集中反映",
        ["0201"],
        area,
        seen,
        "供热企业",
        today - timedelta(days=190),
        "class",
    )
    text = "示例：二次管网老化，末端楼栋流量不足；责任在供热企业，改造资金此前未落实。"
    office.does(area, problems.find_cause, problem.pk, kind="works", text=text)
    project = _project(office, area, today)
    office.does(
        area, problems.add_measure, problem.pk, kind="project", title=project.title, unit=project.unit, project=project
    )  # fmt: skip
    text = "示例：去冬不少住户反映室温不达标。今年夏天改造老旧管网，进度和承诺时限见下。"
    _tell(office, problem, "家里不热：老管网夏天改造", text)


def _project(office: Office, area: str, today: date) -> Project:
    unit = office.unit("供热企业")
    marks = (
        ("管网查勘、定方案", -150),
        ("施工招标", -110),
        ("和宁路以北管网改造", -40),
        ("和宁路以南管网改造", -5),
        ("冷态试水", 20),
    )
    draft = projects.Draft(
        title="老旧供热管网改造（冬病夏治）", aim="示例：更换老旧二次管网，改善末端楼栋供热。", unit=unit, scope_code=area,
        budget_fen=3_680_000_00, money="district", starts_on=today - timedelta(days=180),
        due_on=today + timedelta(days=40), document_no="示例〔2026〕12号",
    )  # fmt: skip
    planned = [projects.Planned(f"示例：{title}", unit, today + timedelta(days=day)) for title, day in marks]
    project = office.does(area, projects.propose, draft=draft, milestones=planned)
    office.decides(projects.take_step, project.pk, code="approve")
    marked = list(Milestone._base_manager.filter(project=project).order_by("position"))
    for mark in marked[:3]:
        office.does(area, projects.reach, project.pk, milestone_id=mark.pk)
        done = mark.due_on + timedelta(days=4 if mark.position == 2 else -3)
        Milestone._base_manager.filter(pk=mark.pk).update(done_on=done)
    later = {"due_on": today + timedelta(days=9), "reason": "示例：连续降雨，开挖推迟两周"}
    office.does(area, projects.put_off, project.pk, milestone_id=marked[3].pk, **later)
    return project


def _parking(office: Office, area: str) -> None:
    """A parking campaign with last season and this one, and the class it is a measure against."""
    today, unit = clock.today(), office.unit("公安交警")
    campaign = office.decides(
        campaigns.begin, title="停车难专项整治", kind="parking", codes=["020201"], scope_code=area, unit=unit,
        document_no="示例〔2026〕8号",
    )  # fmt: skip
    first = today - timedelta(days=120)
    for start, percent in ((first - timedelta(days=364), None), (first, 20)):
        season = {"first_day": start, "last_day": start + timedelta(days=180), "fall_percent": percent}
        office.decides(
            campaigns.add_season, campaign_id=campaign.pk, label=f"{start.year}年秋冬季",
            goal="示例：夜间占道减少，错时共享车位增加" if percent else "", **season,
        )  # fmt: skip
    seen = Span(today - timedelta(days=300), today - timedelta(days=130))
    problem = _confirmed(
        office, "老旧小区停车难", ["020201"], area, seen, "公安交警", today - timedelta(days=125)
    )
    text = "示例：老旧小区没有规划车位，周边单位车位夜间空着，没有共享的办法。"
    office.does(area, problems.find_cause, problem.pk, kind="rule", text=text)
    office.does(
        area, problems.add_measure, problem.pk, kind="campaign", title=campaign.title, unit=unit, campaign=campaign
    )  # fmt: skip


def _candidate(office: Office, area: str) -> None:
    """A class that waits for the second person."""
    today = clock.today()
    drawn = problems.Drawn(
        title="燃气泄漏异味反映增多", breadth="class", codes=["0402"], scope_code=area,
        first_day=today - timedelta(days=60), last_day=today, owner=office.unit("燃气企业"),
    )  # fmt: skip
    cases = _cases(office, drawn)
    office.does(area, problems.make, drawn=drawn, case_ids=cases, reason="示例：近两个月同类反映增多")
