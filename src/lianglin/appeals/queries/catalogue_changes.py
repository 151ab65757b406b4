"""The catalogue as its keeper sees it: versions, drafts, what a draft changes, where items went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, QuerySet

from lianglin.appeals.models import Catalogue, CatalogueDraft, Category, Item, ItemSuccessor
from lianglin.appeals.rules import catalogue_changes as rules
from lianglin.kit import clock

COLUMNS = tuple(name for name in rules.FIELDS if name not in ("category", "questions"))


def in_force() -> Catalogue | None:
    """The version that counts today."""
    rows = Catalogue.objects.filter(in_force_from__lte=clock.today())
    return rows.order_by("-in_force_from", "-id").first()


def versions() -> QuerySet[Catalogue]:
    """All versions with how many items each has. Page it by ("-id",)."""
    return Catalogue.objects.annotate(items=Count("fields__categories__items"))


def drafts() -> QuerySet[CatalogueDraft]:
    """All drafts, the newest first."""
    return CatalogueDraft.objects.select_related("base", "proposed_post", "decided_post", "made").order_by(
        "-id"
    )


def said_by(version: Catalogue) -> dict[str, dict[str, Any]]:
    """Code -> what each item of a version says, questions included. Two queries."""
    items = Item.objects.filter(category__field__catalogue=version).select_related("category")
    found = {}
    for item in items.prefetch_related("questions").order_by("code"):
        asked = sorted(item.questions.all(), key=lambda one: one.position)
        found[item.code] = {
            "category": item.category.code,
            **{name: getattr(item, name) for name in COLUMNS},
            "questions": [
                {
                    name: getattr(one, name)
                    for name in ("code", "kind", "label", "label_en", "choices", "required")
                }
                for one in asked
            ],
        }
    return found


def categories_of(version: Catalogue) -> dict[str, Category]:
    """Code -> class of a version."""
    rows = Category.objects.filter(field__catalogue=version).select_related("field").order_by("code")
    return {one.code: one for one in rows}


def successors(codes: Mapping[str, Any] | set[str]) -> dict[str, list[str]]:
    """Old code -> the codes that stand for it today, through every version since; [] for one that was retired for good.

    A code that nothing replaced stands for itself and is left out. Figures over years go by it.
    """
    steps: dict[str, list[str]] = {}
    for old, new in ItemSuccessor.objects.order_by("catalogue_id", "id").values_list("old_code", "new_code"):
        steps.setdefault(old, []).extend([new] if new else [])
    found = {}
    for code in codes:
        if code in steps:
            found[code] = _follow(code, steps, frozenset())
    return found


def _follow(code: str, steps: Mapping[str, list[str]], seen: frozenset[str]) -> list[str]:
    if code not in steps or code in seen:
        return [code]
    ends = [end for new in steps[code] for end in _follow(new, steps, seen | {code})]
    return list(dict.fromkeys(ends))
