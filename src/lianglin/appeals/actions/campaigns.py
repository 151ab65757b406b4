"""Campaigns: begun for items of the catalogue in an area, worked on in seasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.access.transaction import together
from lianglin.appeals.actions.asking import known
from lianglin.appeals.actions.problem_steps import impersonal, must_work_in
from lianglin.appeals.models import Campaign, CampaignSeason
from lianglin.appeals.queries import catalogue
from lianglin.appeals.queries.problem_guards import CAMPAIGN
from lianglin.appeals.rules import problems
from lianglin.appeals.rules.effect import LONGEST
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused


def begin(
    *,
    by: Actor,
    title: str,
    kind: str,
    codes: Sequence[str],
    scope_code: str,
    unit: Organisation,
    document_no: str = "",
) -> Campaign:
    """Begins a campaign; its seasons follow."""
    by.require(problems.DECIDE)
    must_work_in(scope_code, by)
    known(kind, problems.CAMPAIGNS, "kind")
    chosen, there = list(dict.fromkeys(codes)), set(catalogue.known_codes())
    if not chosen or len(chosen) > problems.MOST_CODES or not there.issuperset(chosen):
        raise Refused(
            _("Choose one to %(n)d codes of the catalogue.") % {"n": problems.MOST_CODES}, field="codes"
        )
    with together():
        made = Campaign(
            scope_code=scope_code, title=impersonal(title, "title"), kind=kind, codes=chosen, unit=unit,
            document_no=document_no.strip(), made_at=clock.now(), made_by_id=by.account_id, made_post_id=by.post_id,
        )  # fmt: skip
        made.save(force_insert=True)
        access.give(
            subject=CAMPAIGN, subject_id=made.pk, organisation=unit, scope_code=scope_code, reason="campaign", by=by
        )  # fmt: skip
        audit.record("appeals.campaign.begin", CAMPAIGN, made.pk, scope_code=scope_code)
    return made


def add_season(
    *,
    by: Actor,
    campaign_id: int,
    label: str,
    first_day: date,
    last_day: date,
    fall_percent: int | None = None,
    goal: str = "",
) -> CampaignSeason:
    """One season with its days and its goal against the season before; seasons do not overlap."""
    by.require(problems.DECIDE)
    if not first_day < last_day or (last_day - first_day).days >= LONGEST:
        raise Refused(_("A season ends after it begins, and lasts less than a year."), field="last_day")
    if fall_percent is not None and not 1 <= fall_percent <= 100:
        raise Refused(_("A goal lies between 1 and 100 percent."), field="fall_percent")
    with together():
        rows = Campaign.objects.visible_to(by, purpose=by.work_purpose).select_for_update(
            of=("self",), no_key=True
        )
        held = rows.filter(pk=campaign_id).first()
        if held is None:
            raise Forbidden(_("There is no such campaign in the area of your current post."))
        must_work_in(held.scope_code, by)
        others = CampaignSeason.objects.visible_to(by, purpose=by.work_purpose).filter(campaign=held)
        if others.filter(first_day__lte=last_day, last_day__gte=first_day).exists():
            raise Refused(_("These days overlap with another season of the campaign."), field="first_day")
        made = CampaignSeason(
            campaign=held, scope_code=held.scope_code, label=label.strip(), first_day=first_day, last_day=last_day,
            fall_percent=fall_percent, goal=impersonal(goal, "goal"), added_at=clock.now(), added_post_id=by.post_id,
        )  # fmt: skip
        made.save(force_insert=True)
        audit.record("appeals.campaign.season", CAMPAIGN, held.pk, scope_code=held.scope_code)
    return made
