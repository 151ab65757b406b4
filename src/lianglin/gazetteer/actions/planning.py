"""Drafting a change of places, deciding on it, cancelling it. Nothing moves before its day (see ``carrying``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.gazetteer import rules
from lianglin.gazetteer.queries import planning as read
from lianglin.gazetteer.rules import Plan, Target
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.places.models import (
    Building,
    Community,
    Division,
    PlaceChange,
    PlaceMove,
    PlaceShare,
)
from lianglin.places.rules import geometry

MANAGE = "places.manage"
LONGEST_AGO = timedelta(days=366)
"""A change may be entered after its day (the decision came late), at most a year."""
Kind, State = PlaceChange.Kind, PlaceChange.State


@dataclass(frozen=True)
class Decision:
    """On what a change rests: its day and the number of its document."""

    effective_on: date
    document: str


def merge_communities(
    *, by: Actor, codes: Sequence[str], into: str, name: str, decision: Decision, name_en: str = ""
) -> PlaceChange:
    """Drafts that communities become one: ``into`` is one of their codes, or a new one of the same street.

    Refused for fewer than two, for a code that was ever another community's, or while another change names them.
    """
    by.require(MANAGE)
    if len(set(codes)) < 2:
        raise Refused(_("A merge takes at least two communities. Name their codes."), field="codes")
    olds = _olds(by, codes)
    if into not in codes:
        _new_code(into, [c.scope_code[:9] for c in olds])
    plan = rules.whole(read.houses(codes), codes, into)
    shapes = [read.shape_of(c) for c in olds]
    ground = geometry.merged([s for s in shapes if not s.is_empty]) if any(shapes) else None
    target = Target(into, name.strip() or olds[0].name, ground, name_en)
    return _store(by, Kind.MERGE, decision, plan, [target], olds)


def split_community(*, by: Actor, code: str, parts: Sequence[Target], decision: Decision) -> PlaceChange:
    """Drafts that a community becomes several; their ground must cover the old one without gap or overlap.

    One part may keep the old code. Buildings follow the ground they stand on.
    """
    by.require(MANAGE)
    if len(parts) < 2 or len({p.code for p in parts}) != len(parts):
        raise Refused(
            _("A split takes at least two parts with different codes. Give each part its own."), field="parts"
        )
    olds = _olds(by, [code])
    for part in parts:
        if part.code != code:
            _new_code(part.code, [code[:9]])
    return _drawn(by, Kind.SPLIT, olds, parts, decision)


def redraw_communities(*, by: Actor, targets: Sequence[Target], decision: Decision) -> PlaceChange:
    """Drafts new boundaries between communities that all stay; together they keep the same ground."""
    by.require(MANAGE)
    if not targets:
        raise Refused(_("Draw at least one boundary."), field="shape")
    return _drawn(by, Kind.REDRAW, _olds(by, [t.code for t in targets]), targets, decision)


def rename_community(
    *, by: Actor, code: str, name: str, decision: Decision, name_en: str = ""
) -> PlaceChange:
    """Drafts a new name; code, ground and figures stay."""
    by.require(MANAGE)
    olds = _olds(by, [code])
    if not name.strip() or name.strip() == olds[0].name:
        raise Refused(_("Write the new name; it must differ from the present one."), field="name")
    plan = Plan(shares={(code, code): 0}, main={code: code})
    return _store(by, Kind.RENAME, decision, plan, [Target(code, name.strip(), None, name_en)], olds)


def recode_community(*, by: Actor, code: str, to: str, decision: Decision) -> PlaceChange:
    """Drafts that a community gets another code (it passed to another street, or the code was wrong)."""
    by.require(MANAGE)
    olds = _olds(by, [code])
    _new_code(to, [])
    if not by.covers(to):
        raise Forbidden(_("The new code lies outside of the area of your post. The city must plan this."))
    plan = rules.whole(read.houses([code]), [code], to)
    shape = read.shape_of(olds[0])
    target = Target(to, olds[0].name, None if shape.is_empty else shape, olds[0].name_en)
    return _store(by, Kind.RECODE, decision, plan, [target], olds)


def redraw_grids(*, by: Actor, code: str, shapes: Sequence[Any], decision: Decision) -> PlaceChange:
    """Drafts new grids of a community; together they cover it. Their codes are new, the old ones stay in history."""
    by.require(MANAGE)
    olds = _olds(by, [code])
    targets = [Target(f"{n}", "", shape) for n, shape in enumerate(shapes, 1)]
    outline = read.shape_of(olds[0])
    problems = rules.ground([outline], targets) if not outline.is_empty else []
    if problems or not targets:
        raise Refused(
            _("The grids do not fit the community: %(why)s. Draw them again.")
            % {"why": "; ".join(problems[:3]) or _("no grid was drawn")},
            field="shape",
        )
    plan = Plan(shares={(code, code): 0}, main={code: code})
    houses = read.houses([code])
    inside = rules.distribute(houses, targets, [])
    grids = [
        {
            "geometry": geometry.as_geojson(t.geometry),
            "households": sum(n for (_o, new), n in inside.shares.items() if new == t.code),
            "buildings": [],
        }
        for t in targets
    ]
    for house, target in inside.moves.items():
        grids[int(target) - 1]["buildings"].append(house)
    return _store(by, Kind.GRIDS, decision, plan, [], olds, grids=grids)


def decide(*, by: Actor, change_id: int) -> PlaceChange:
    """A draft becomes a plan: the background carries it out on its day."""
    return _to(by, change_id, (State.DRAFT,), State.PLANNED, "places.change.plan")


def cancel(*, by: Actor, change_id: int) -> PlaceChange:
    """Puts a draft or plan away, before it was begun."""
    return _to(by, change_id, (State.DRAFT, State.PLANNED), State.CANCELLED, "places.change.cancel")


def _to(by: Actor, change_id: int, sources: tuple[str, ...], target: str, verb: str) -> PlaceChange:
    by.require(MANAGE)
    with together():
        change = PlaceChange.objects.select_for_update().filter(pk=change_id).first()
        if change is None or not by.covers(change.scope_code):
            raise Refused(_("There is no such change in the area of your post."))
        if change.state not in sources:
            raise Conflict(
                _("This change is “%(state)s” already. Reload the page.")
                % {"state": change.get_state_display()}
            )
        change.state = target
        change.save(update_fields=["state"])
        audit.record(verb, "places.PlaceChange", change.pk, scope_code=change.scope_code)
    return change


# --- what all kinds share ----------------------------------------------------------------------------------


def _olds(by: Actor, codes: Sequence[str]) -> list[Community]:
    found = read.communities(list(dict.fromkeys(codes)))
    outside = [c.scope_code for c in found if not by.covers(c.scope_code)]
    if outside:
        raise Forbidden(
            _("%(code)s lies outside of the area of your post. The district or the city must plan this.")
            % {"code": outside[0]}
        )
    other = read.open_change(codes)
    if other is not None:
        raise Conflict(
            _("Change %(number)s already names one of these communities. Wait for its end, or cancel it.")
            % {"number": other.pk}
        )
    return found


def _new_code(code: str, streets: Sequence[str]) -> None:
    known = dict.fromkeys(
        Division.objects.filter(scope_code=code[:9]).values_list("scope_code", flat=True), True
    )
    if rules.is_community_code(code, known):
        raise Refused(
            _("%(code)s cannot be a community's code: twelve digits, the first nine of a street, the last 001-199 or 200-399.")
            % {"code": code[:20]},
            field="into",
        )  # fmt: skip
    if streets and code[:9] not in streets:
        raise Refused(
            _("The new code must lie in the street of one of the communities (%(streets)s).")
            % {"streets": ", ".join(sorted(set(streets)))},
            field="into",
        )
    if Community.objects.filter(scope_code=code).exists():
        raise Refused(
            _("%(code)s is or was another community's code. A code is never given twice: choose a free one.")
            % {"code": code},
            field="into",
        )


def _drawn(
    by: Actor, kind: str, olds: Sequence[Community], targets: Sequence[Target], decision: Decision
) -> PlaceChange:
    shapes = [read.shape_of(c) for c in olds]
    if any(s.is_empty for s in shapes):
        raise Refused(
            _("No boundary is recorded for %(name)s. Import its boundary first.") % {"name": olds[0].name}
        )
    codes = [c.scope_code for c in olds]
    problems = rules.ground(shapes, targets)
    around = {n.scope_code: read.shape_of(n) for n in read.neighbours(codes, geometry.merged(shapes))}
    for overlap in geometry.overlaps({**around, **{t.code: t.geometry for t in targets}}):
        if {overlap.one, overlap.other} & {t.code for t in targets} and {overlap.one, overlap.other} & set(
            around
        ):
            problems.append(f"{overlap.one} and {overlap.other} overlap by {overlap.square_metres:.0f} m²")
    if problems:
        raise Refused(
            _("The new boundaries do not fit: %(why)s. Draw them again.") % {"why": "; ".join(problems[:4])},
            field="shape",
        )
    return _store(by, kind, decision, rules.distribute(read.houses(codes), targets, codes), targets, olds)


def _store(
    by: Actor,
    kind: str,
    decision: Decision,
    plan: Plan,
    targets: Sequence[Target],
    olds: Sequence[Community],
    **more: Any,
) -> PlaceChange:
    if not decision.document.strip():
        raise Refused(
            _("Give the number of the document that decided it, for example 沈和政发〔2026〕3号."), field="document"
        )  # fmt: skip
    if decision.effective_on < clock.today() - LONGEST_AGO:
        raise Refused(_("The day lies more than a year back. Correct the date."), field="effective_on")
    after = {
        "communities": [
            {
                "code": t.code,
                "name": t.name,
                "name_en": t.name_en,
                "geometry": geometry.as_geojson(t.geometry) if t.geometry is not None else None,
            }
            for t in targets
        ],
        **more,
    }
    codes = [c.scope_code for c in olds] + [t.code for t in targets]
    with together():
        change = PlaceChange.objects.create(
            kind=kind, scope_code=rules.common(codes), effective_on=decision.effective_on,
            document=decision.document.strip()[:80], after=after, planned_by=by.post_id, planned_at=clock.now(),
            sample=any(c.sample for c in olds),
        )  # fmt: skip
        PlaceShare.objects.bulk_create(
            PlaceShare(change=change, from_code=old, to_code=new, weight=weight, main=plan.main[old] == new)
            for (old, new), weight in sorted(plan.shares.items())
        )
        known = set(Building.objects.filter(pk__in=plan.moves).values_list("pk", flat=True))
        PlaceMove.objects.bulk_create(
            PlaceMove(change=change, building_id=pk, to_code=code)
            for pk, code in plan.moves.items()
            if pk in known
        )
        audit.record(
            "places.change.draft",
            "places.PlaceChange",
            change.pk,
            scope_code=change.scope_code,
            values={"kind": kind, "shares": {f"{o}>{n}": w for (o, n), w in plan.shares.items()}},
        )
    return change
