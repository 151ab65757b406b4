"""Claims as lists: in hand, on their way, to be looked at again; what waits as an errand."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianglin.access.actor import Actor
from lianglin.benefits.models import Claim
from lianglin.benefits.rules import claims as rules
from lianglin.benefits.rules.claims_config import settings
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.errands import Waiting

TABS: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    ("open", gettext_lazy("in hand"), rules.UNDECIDED),
    ("answer", gettext_lazy("waiting for the resident"), ("offered",)),
    ("papers", gettext_lazy("papers are being gathered"), ("gathering", "returned")),
    ("authority", gettext_lazy("with the authority"), ("filed", "public", "examined", "to_confirm")),
    ("granted", gettext_lazy("granted, paid"), ("granted", "paid", "recertify")),
    ("ended", gettext_lazy("ended"), ("refused", "declined", "withdrawn", "ended")),
)
AGAIN = "again"


def listed(actor: Actor, tab: str) -> QuerySet[Case]:
    """The claims of the area, or given to the unit, in one of the tabs. Page them by ("-id",)."""
    states = next((states for code, _label, states in TABS if code == tab), rules.UNDECIDED)
    return cases.visible(actor).filter(kind=rules.KIND, state__in=states)


def to_look_at(actor: Actor, ahead_days: int | None = None) -> QuerySet[Claim]:
    """Benefits to be looked at again within the days ahead. Page them by ("recertify_on", "pk")."""
    horizon = clock.today() + timedelta(days=ahead_days or settings().recertify_ahead_days)
    seen = Claim.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.filter(running=True, recertify_on__isnull=False, recertify_on__lte=horizon).select_related(
        "case", "case__community"
    )


def of_household(household_id: int, actor: Actor) -> list[Claim]:
    """Every claim of a household, newest first."""
    seen = Claim.objects.visible_to(actor, purpose=actor.work_purpose).filter(household_id=household_id)
    return list(seen.select_related("case", "case__community").order_by("-pk")[:100])


def errands(actor: Actor, most: int) -> list[Waiting]:
    """Benefits whose day comes within two weeks and that are not on the way yet: before their own clock runs."""
    rows = to_look_at(actor, 14).filter(case__state="paid").order_by("recertify_on", "pk")[:most]
    return [
        Waiting(
            title=one.case.title,
            url=reverse("benefits:claim", args=[one.case.number]),
            due_at=datetime.combine(one.recertify_on, time(17), clock.CITY_ZONE),
            number=one.case.number,
            community=one.case.community.label,
            from_step=_("to be looked at again"),
            rule=_("day that the decision names"),
        )
        for one in rows
        if one.recertify_on is not None
    ]
