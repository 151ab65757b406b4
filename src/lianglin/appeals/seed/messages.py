"""Sample deliveries and letters about sample appeals of the first community, and sample webhooks."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from lianglin.access.actor import job
from lianglin.access.models import Organisation
from lianglin.access.transaction import acting
from lianglin.appeals.rules import KIND
from lianglin.cases.models import Case
from lianglin.kit import clock, site
from lianglin.kit.ids import group_case_number
from lianglin.kit.seeding import SeedContext
from lianglin.notices.delivery import sample as notices
from lianglin.places.models import Community

MANY = 36
"""Appeals of the first community that were told of."""


def seed_messages(context: SeedContext) -> None:
    """What became of the messages about the newest appeals where the demo's community worker is."""
    filled = context.made.get("places", {}).get("communities", [])
    unit = Organisation.objects.filter(sample=True, kind="bureau").order_by("pk").first()
    if not filled or unit is None:
        return
    scope = Community.objects.get(pk=filled[0]).scope_code
    with acting(job()):
        found = Case.objects.visible_to(job(), purpose="system").filter(
            kind=KIND, scope_code=scope, settled_at__isnull=False, sample=True
        )
        newest = list(found.order_by("-id")[:MANY])
    link = reverse("appeals:track")
    told = [
        notices.Told(
            case.pk,
            case.scope_code,
            "appeals.settled",
            "appeals.settled_on_paper",
            {"number": group_case_number(case.number), "link": f"{site.address()}{link}"},
            (case.settled_at or clock.now()) + timedelta(minutes=1),
        )
        for case in reversed(newest)
    ]  # fmt: skip
    notices.seed_deliveries(told)
    notices.seed_webhooks(unit)
