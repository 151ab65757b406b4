"""What an appeal on the desk resembles, with reasons, in the area of who looks; by the model in force.

None where no model is in force: then what is of the same item at the same place stands in (worklists.similar).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianglin.access.actor import Actor
from lianglin.appeals import rules
from lianglin.appeals.models import Item, SimilarityRow
from lianglin.appeals.queries import alike, catalogue, worklists
from lianglin.appeals.queries.alike import Asked
from lianglin.appeals.queries.model_files import version_in_force
from lianglin.appeals.queries.worklists import REPEAT_DAYS
from lianglin.cases.models import Case
from lianglin.kit.ids import group_case_number

if TYPE_CHECKING:
    from lianglin.appeals.queries.comparing import Alike

MOST = 6


@dataclass(frozen=True)
class Resembling:
    """An appeal that is likely of the same matter."""

    case: Case
    reasons: tuple[str, ...]
    """What both have in common, each in a few words."""
    strong: bool
    repeat: bool
    """The same person, item and place within 90 days: the chain goes on, it is not a new matter."""
    leads: bool
    """Whether others can still be merged into it."""

    @property
    def number(self) -> str:
        """The number as people read it."""
        return group_case_number(self.case.number)

    @property
    def reason(self) -> str:
        """All reasons in one line."""
        return _("; ").join(self.reasons)


@dataclass(frozen=True)
class Question:
    """An appeal with what was reported in it."""

    case: Case
    text: str
    item: Item | None


def resembling(case: Case, text: str, item: Item | None, actor: Actor) -> list[Resembling] | None:
    """What one appeal resembles, the likeliest first."""
    found = resembling_each([Question(case, text, item)], actor)
    return None if found is None else found[case.pk]


def resembling_each(asked: Sequence[Question], actor: Actor) -> dict[int, list[Resembling]] | None:
    """The same for many; the statements are as many as for one."""
    if not asked or not (version := version_in_force()):
        return None
    from lianglin.appeals.queries import (
        comparing,  # brings SciPy: only where there is something to compare with
    )

    model = comparing.of_version(version)
    if model is None:
        return None
    rows = _rows(asked, actor)
    questions = [comparing.question(model, _question(one, rows.get(one.case.pk))) for one in asked]
    near = alike.near_each([question.asked for question in questions], actor)
    found: dict[int, list[Alike]] = {}
    for one, question, others in zip(asked, questions, near, strict=True):
        others = [other for other in others if other.case_id != one.case.pk]
        found[one.case.pk] = comparing.compare(model, question, others, most=MOST)
    wanted = {one.near.case_id for some in found.values() for one in some}
    cases = {case.pk: case for case in worklists.appeals(actor).filter(pk__in=wanted)} if wanted else {}
    return {one.case.pk: _shown(one, found[one.case.pk], cases) for one in asked}


def _rows(asked: Sequence[Question], actor: Actor) -> Mapping[int, SimilarityRow]:
    rows = SimilarityRow.objects.visible_to(actor, purpose=actor.work_purpose)
    return {row.pk: row for row in rows.filter(pk__in=[one.case.pk for one in asked])}


def _question(one: Question, row: SimilarityRow | None) -> Asked:
    kinds = {"", row.class_code if row else ""}
    if one.item is not None:
        kinds.add(catalogue.choices().by_id.get(one.item.pk, one.item).category.code)
    asked = Asked(
        text=one.text,
        kinds=tuple(sorted(kinds)),
        scope_code=one.case.scope_code,
        item_id=one.item.pk if one.item else None,
        building_id=one.case.building_id,
        at=one.case.opened_at,
    )
    if row is None:
        return asked
    meaning = bytes(row.meaning) if row.meaning else None
    return replace(asked, cell=row.cell, lon=row.lon, lat=row.lat, person=row.person, meaning=meaning)


def _shown(one: Question, found: Sequence[Alike], cases: Mapping[int, Case]) -> list[Resembling]:
    kept = [(match, cases[match.near.case_id]) for match in found if match.near.case_id in cases]
    return [
        Resembling(
            case=other,
            reasons=tuple(reasons(match)),
            strong=match.strong,
            repeat=_is_repeat(one, match, other),
            leads=other.state in rules.LEADABLE,
        )
        for match, other in kept
        if other.state != "merged"
    ]


def _is_repeat(one: Question, match: Alike, other: Case) -> bool:
    """Same person, same item, within 90 days, at the same place as far as both are known."""
    same_item = one.item is not None and one.item.pk == other.item_id
    near = match.metres is None or match.metres <= max(one.item.duplicate_radius_m if one.item else 0, 50)
    soon = abs(one.case.opened_at - other.opened_at) <= timedelta(days=REPEAT_DAYS)
    return match.same_person and same_item and near and soon


def reasons(match: Alike) -> list[str]:
    """What two reports have in common, in words: "shared: 屋面", "104 m", "1.3 days", "both read as 屋面漏雨"."""
    said = []
    if match.same_person:
        said.append(_("the same person"))
    if match.words:
        said.append(_("shared: %(words)s") % {"words": _(", ").join(match.words)})
    if match.metres is not None:
        said.append(_("same place") if match.metres < 1 else _("%(n)d m") % {"n": round(match.metres)})
    said.append(_days(match.days))
    if match.reads_as is not None:
        said.append(_("both read as “%(item)s”") % {"item": match.reads_as.label})
    return said


def _days(days: float) -> str:
    if days < 1:
        hours = max(round(days * 24), 1)
        return ngettext("%(n)d hour apart", "%(n)d hours apart", hours) % {"n": hours}
    return _("%(n).1f days apart") % {"n": days}
