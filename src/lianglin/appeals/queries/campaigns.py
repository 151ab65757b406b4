"""Campaigns and their seasons: this season beside the last, over the same number of its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.appeals.models import Campaign, CampaignSeason
from lianglin.appeals.queries import problem_counts
from lianglin.appeals.queries.problem_counts import Subject
from lianglin.appeals.rules import effect
from lianglin.appeals.rules.effect import Counted, Ratio, Span
from lianglin.kit import clock


def campaigns(actor: Actor, *, kind: str = "") -> QuerySet[Campaign]:
    """The campaigns of an area, or given to a unit. Page it by ("-id",)."""
    found = Campaign.objects.visible_to(actor, purpose=actor.work_purpose).select_related("unit")
    return found.filter(kind=kind) if kind else found


def find(actor: Actor, pk: int) -> Campaign | None:
    """A campaign that the post may see."""
    return campaigns(actor).filter(pk=pk).first()


def seasons(campaign: Campaign, actor: Actor) -> list[CampaignSeason]:
    """Its seasons, the newest first."""
    found = CampaignSeason.objects.visible_to(actor, purpose=actor.work_purpose).filter(campaign=campaign)
    return list(found.order_by("-first_day"))


def season_begun(campaign: Campaign, actor: Actor) -> date | None:
    """The first day of the season that runs, or of the last one that began."""
    return next((one.first_day for one in seasons(campaign, actor) if one.first_day <= clock.today()), None)


@dataclass(frozen=True)
class Compared:
    """A season beside the one before: the same days since its first, so that an unfinished one is compared fairly.

    ``weeks``: (number of the week, cases then, cases now or None where it has not come yet).
    """

    now: Counted
    then: Counted
    days: int
    change: Ratio
    beside: Ratio
    told: str
    reached: bool | None
    weeks: list[tuple[int, int, int | None]]


def subject_of(campaign: Campaign, this: CampaignSeason, last: CampaignSeason) -> Subject:
    """What is counted of both seasons: the same matters, whatever the catalogue called them."""
    days = (Span(last.first_day, last.last_day), Span(this.first_day, this.last_day))
    return Subject(tuple(campaign.codes), campaign.scope_code).over(*days)


def compared(campaign: Campaign, this: CampaignSeason, last: CampaignSeason, today: date) -> Compared | None:
    """This season's days so far and as many of the last one's; None before it begins, or where the records do not
    reach back to the last one. Six statements."""
    until = min(this.last_day, today - timedelta(days=1))
    days = min((until - this.first_day).days + 1, (last.last_day - last.first_day).days + 1)
    if days < 1:
        return None
    subject = subject_of(campaign, this, last)
    if not problem_counts.reaches(subject, last.first_day):
        return None
    now = problem_counts.counted(subject, _from(this.first_day, days))
    then = problem_counts.counted(subject, _from(last.first_day, days))
    change = effect.ratio(then.own, now.own)
    goal = this.fall_percent
    return Compared(
        now=now.own,
        then=then.own,
        days=days,
        change=change,
        beside=effect.beside((then.own, now.own), (then.rest, now.rest)),
        told=effect.verdict((then.own, now.own), (then.rest, now.rest)),
        reached=None if goal is None or change.value is None else change.value <= 1 - goal / 100,
        weeks=_weeks(subject, this, last, days),
    )


def _from(first: date, days: int) -> Span:
    return Span(first, first + timedelta(days=days - 1))


def _weeks(
    subject: Subject, this: CampaignSeason, last: CampaignSeason, days: int
) -> list[tuple[int, int, int | None]]:
    """Cases of each week since the season's first day; the last season whole, this one as far as it has come."""
    then = problem_counts.daily(subject, Span(last.first_day, last.last_day))
    now = problem_counts.daily(subject, _from(this.first_day, days))
    rows: list[tuple[int, int, int | None]] = []
    for number, at in enumerate(range(0, len(then), 7), start=1):
        rows.append((number, sum(then[at : at + 7]), sum(now[at : at + 7]) if at + 7 <= len(now) else None))
    return rows
