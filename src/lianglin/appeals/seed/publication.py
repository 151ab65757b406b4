"""Sample rules of publication, and sample cases on the public page: each went the way of every case, through the actions."""

from __future__ import annotations

import csv

from lianglin.access.actor import job
from lianglin.access.models import Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import open_counting, publishing
from lianglin.appeals.models import PublicationRule
from lianglin.appeals.seed.catalogue import DATA
from lianglin.cases.models import Case
from lianglin.kit.seeding import SeedContext

A_STREET, WAITING, STREETS = 14, 4, 4
"""Cases of a street that are published, and that wait for a person."""


def seed_rules_of_publication() -> None:
    """The rules, once; what a city has changed stays."""
    with (DATA / "publication.csv").open(encoding="utf-8", newline="") as file:
        rules = [
            PublicationRule(
                item_code=row["item_code"],
                listed=row["listed"] == "1",
                texts=row["texts"] == "1",
                reason=row["reason"],
            )
            for row in csv.DictReader(file)
        ]
    PublicationRule.objects.bulk_create(rules, ignore_conflicts=True)


def seed_published(context: SeedContext) -> None:
    """The newest closed cases of the first streets: most published, some waiting, one taken back; then the open counts."""
    coordinators = context.made["access"].get("coordinators", {})
    posts = Post.objects.select_related("organisation").in_bulk(coordinators.values())
    texts = list(PublicationRule.objects.filter(texts=True).values_list("item_code", flat=True))
    for street in sorted(coordinators)[:STREETS]:
        _street(posts[coordinators[street]], street, texts)
    with acting(job()) as background:
        open_counting.recount(by=background, years=3)


def _street(post: Post, street: str, texts: list[str]) -> None:
    closed = Case._base_manager.filter(
        kind="appeal", state="closed", scope_code__gte=street, scope_code__lt=street + "~",
        appeal__item__code__in=texts,
    )  # fmt: skip
    ids = list(closed.order_by("-id").values_list("pk", flat=True)[: A_STREET + WAITING])
    proposed = []
    with acting(job()) as background:
        for case_id in reversed(ids):
            one = publishing.propose(case_id, by=background)
            proposed += [one] if one else []
    with acting(actor_in(post)) as coordinator:
        for one in proposed[: len(proposed) - WAITING]:
            publishing.publish(one.pk, by=coordinator, seen=one.latest)
        if len(proposed) > WAITING:
            publishing.withdraw(proposed[0].pk, by=coordinator, reason="示例：住户来电要求撤下")
