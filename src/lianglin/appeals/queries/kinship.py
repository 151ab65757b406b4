"""Items that stand for one another through the versions of the catalogue, held in the process (decision 0066)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Case as Choose
from django.db.models import CharField, F, Value, When
from django.db.models.functions import Coalesce, Left
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.appeals.models import Item, ItemSuccessor
from lianglin.appeals.queries import catalogue
from lianglin.appeals.rules import kinship
from lianglin.appeals.rules.kinship import Passage
from lianglin.kit import clock
from lianglin.kit.held import held


@held
def passages() -> list[Passage]:
    """Every passage of every version, the oldest first; an item that was retired for good has none."""
    found = ItemSuccessor.objects.exclude(new_code="").order_by("catalogue__in_force_from", "id")
    rows = found.values_list("catalogue__in_force_from", "old_code", "new_code")
    return [Passage(on, old, new) for on, old, new in rows]


@held
def _names() -> dict[str, Item]:
    return {item.code: item for item in Item.objects.order_by("pk").only("code", "name", "name_en")}


def together(codes: tuple[str, ...], first: date, last: date) -> list[str]:
    """All item codes that these codes (of items, classes or fields) mean over these days, kin included, sorted."""
    under = [code for code in _names() if code.startswith(codes)] if codes else []
    return sorted(kinship.family(under, passages(), first, last))


def also(codes: tuple[str, ...], first: date, last: date) -> str:
    """The names of the items that are counted besides those under these codes; "" where none are."""
    return _joined(code for code in together(codes, first, last) if not code.startswith(codes))


def item_member(case: str, dimension: str, unsorted: str) -> Any:
    """An item's code, or its class's or field's, as an expression: a renamed or merged item under what stands for it today."""
    code = f"{case}appeal__item__code"
    whens = [When(**{code: old}, then=Value(new)) for old, new in sorted(_folded().items())]
    folded: Any = Choose(*whens, default=F(code), output_field=CharField()) if whens else F(code)
    width = {"item": 0, "class": 4, "field": 2}[dimension]
    return Coalesce(Left(folded, width) if width else folded, Value(unsorted))


def any_folded() -> bool:
    """Whether any item was renamed or merged by now."""
    return bool(_folded())


def _folded() -> dict[str, str]:
    return kinship.folded(passages(), clock.today())


def compared_parts(first: date, last: date) -> list[tuple[tuple[str, ...], Any]]:
    """(codes, label) of the items that are one line where these two months stand side by side."""
    known = catalogue.choices().by_code
    found = []
    for group in kinship.groups(passages(), first, last):
        now = [code for code in sorted(group) if code in known]
        gone = [code for code in sorted(group) if code not in known]
        label = _("%(now)s (earlier: %(before)s)") % {"now": _joined(now), "before": _joined(gone)}
        found.append((tuple(sorted(group)), label if gone else _joined(now)))
    return found


def labels() -> dict[str, Any]:
    """Item code -> label; of one that is no more in the catalogue with what became of it."""
    known, steps = catalogue.choices().by_code, dict[str, list[str]]()
    for one in passages():
        if one.on <= clock.today():
            steps.setdefault(one.old, []).append(one.new)
    return {
        code: item.label if code in known else _gone(item, steps.get(code, []))
        for code, item in _names().items()
    }


def _gone(item: Item, to: list[str]) -> str:
    if len(to) > 1:
        return _("%(name)s (split since into %(now)s)") % {"name": item.label, "now": _joined(to)}
    if to:
        return _("%(name)s (now %(now)s)") % {"name": item.label, "now": _joined(to)}
    return _("%(name)s (no longer in the catalogue)") % {"name": item.label}


def _joined(codes: Iterable[str]) -> str:
    names = _names()
    between = ", " if get_language() == "en" else "、"
    return between.join(names[code].label if code in names else code for code in codes)
