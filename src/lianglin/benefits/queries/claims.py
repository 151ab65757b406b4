"""Reads about one claim and what stands around it: its measure's text, its papers, what is known already, its units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor, duties_of, role_kinds
from lianglin.access.models import Organisation, Post
from lianglin.benefits.models import (
    Claim,
    ClaimMaterial,
    Mandate,
    Measure,
    MeasureVersion,
    NoticeObjection,
    PublicNotice,
)
from lianglin.benefits.rules import claims as rules
from lianglin.benefits.rules.claims_config import settings
from lianglin.cases.models import Case
from lianglin.facts import queries as facts
from lianglin.facts.reading import source
from lianglin.kit import clock
from lianglin.people.models import Household, Membership
from lianglin.people.queries.guardians import purpose_of


def claim(case_id: int, actor: Actor) -> Claim | None:
    """The claim of a case, as far as the actor may see it."""
    seen = Claim.objects.visible_to(actor, purpose=actor.work_purpose)
    return seen.select_related("measure", "version").filter(pk=case_id).first()


def materials(case_id: int, actor: Actor) -> list[ClaimMaterial]:
    """The papers of a claim in order."""
    seen = ClaimMaterial.objects.visible_to(actor, purpose=actor.work_purpose)
    return list(seen.filter(case_id=case_id).order_by("position"))


def notices(case_id: int, actor: Actor) -> list[PublicNotice]:
    """The public notices of a claim, newest first."""
    seen = PublicNotice.objects.visible_to(actor, purpose=actor.work_purpose)
    return list(seen.filter(case_id=case_id).order_by("-id"))


def objections(case_id: int, actor: Actor) -> list[NoticeObjection]:
    """What was objected, newest first."""
    if actor.role == "resident":
        return []
    seen = NoticeObjection.objects.visible_to(actor, purpose=actor.work_purpose)
    return list(seen.filter(case_id=case_id).order_by("-id"))


def mandates(resident_id: int, actor: Actor, on: date | None = None) -> list[Mandate]:
    """Who may act for a person on a day (today)."""
    day = on or clock.today()
    purpose = purpose_of(actor)
    seen = Mandate.objects.visible_to(actor, purpose=purpose).filter(
        resident_id=resident_id, from_on__lte=day
    )
    return [
        one for one in seen.order_by("-id") if rules.mandate_holds(one.from_on, one.to_on, one.ended_on, day)
    ]


def in_force(measure_code: str, on: date | None = None) -> MeasureVersion | None:
    """The version of a measure that is in force on a day; None where there is none."""
    day = on or clock.today()
    found = MeasureVersion.objects.filter(measure__code=measure_code, state=MeasureVersion.State.IN_FORCE)
    found = found.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return found.select_related("measure").first()


def claimable(on: date | None = None) -> QuerySet[MeasureVersion]:
    """Measures in force that may be claimed here: those that rest on health data are left to the health centre."""
    day = on or clock.today()
    found = MeasureVersion.objects.filter(state=MeasureVersion.State.IN_FORCE, health=False)
    return (
        found.filter(valid_from__lte=day)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        .select_related("measure")
        .order_by("name", "id")
    )


@dataclass(frozen=True)
class Said:
    """What a measure's text says to a claimant."""

    materials: tuple[str, ...] = ()
    apply_at: str = ""
    every: str = ""
    recertify_months: int | None = None
    bases: tuple[str, ...] = ()


def said_by(version: MeasureVersion | None) -> Said:
    """The parts of a rule's text that a claim needs; empty where the text has none."""
    if version is None:
        return Said()
    held = yaml.safe_load(version.source) or {}
    if not isinstance(held, dict):
        return Said()
    given = held.get("待遇") or {}
    months = held.get("复审")
    bases = [one for one in held.get("依据") or () if isinstance(one, dict)]
    return Said(
        tuple(str(one) for one in held.get("材料") or ()),
        str(held.get("去哪申请") or ""),
        str(given.get("周期") or "") if isinstance(given, dict) else "",
        int(months) if isinstance(months, int) else None,
        tuple(f"《{one.get('文件', '')}》{one.get('条', '') or ''}" for one in bases),
    )


def names(ids: set[int]) -> dict[int, MeasureVersion]:
    """The newest version of each of these measures, for its name."""
    found = MeasureVersion.objects.filter(measure_id__in=ids).order_by("measure_id", "-number")
    return {one.measure_id: one for one in found.distinct("measure_id").defer("source")}


def household(household_id: int, actor: Actor) -> Household | None:
    """A household of the actor's area that is there today."""
    seen = Household.objects.visible_to(actor, purpose=purpose_of(actor)).filter(dissolved_on__isnull=True)
    return seen.select_related("dwelling__unit__building").filter(pk=household_id).first()


def members(household_id: int, actor: Actor) -> list[Membership]:
    """Who lives there now, the head first."""
    seen = Membership.objects.visible_to(actor, purpose=purpose_of(actor))
    rows = seen.filter(household_id=household_id, to_on__isnull=True).select_related("resident")
    return list(rows.order_by("relation", "id"))


@dataclass(frozen=True)
class Known:
    """Where and since when the content of a paper is known already."""

    source: str
    since: date | None
    attachment_id: int | None = None


def known_papers(
    names_of: tuple[str, ...], household_id: int, resident_id: int | None, actor: Actor
) -> dict[str, Known]:
    """Papers that need not be asked for: a fresh, undisputed fact says it, or it was handed in before."""
    held = facts.of_household(household_id, actor=actor)
    found: dict[str, Known] = {}
    before = _handed_in(resident_id, actor)
    subject = next(
        (one.resident for one in members(household_id, actor) if one.resident_id == resident_id), None
    )
    for name in names_of:
        for rule in settings().known:
            if rule.word not in name:
                continue
            known = _registered(rule.register, subject) or _fact(rule.element, held, resident_id)
            if known is not None:
                found[name] = known
                break
        if name not in found and (file := before.get(rules.known_material(name))):
            found[name] = file
    return found


def _registered(register: str, person: Any) -> Known | None:
    if person is None or not register or (register == "id_number" and not person.id_number):
        return None
    return Known(_("the register of residents"), None)


def _fact(code: str, held: list[facts.Held], resident_id: int | None) -> Known | None:
    for one in held:
        if not code or one.element.code != code or one.stale or one.current.disputed:
            continue
        if one.object_class == "person" and one.subject_id != resident_id:
            continue
        if one.value not in ("", "0"):
            return Known(source(one.current.record.source), one.current.record.valid_from)
    return None


def _handed_in(resident_id: int | None, actor: Actor) -> dict[str, Known]:
    """Papers that the same person handed in with earlier claims."""
    if resident_id is None:
        return {}
    purpose = actor.work_purpose
    mine = Claim.objects.visible_to(actor, purpose=purpose).filter(resident_id=resident_id).values("pk")
    seen = ClaimMaterial.objects.visible_to(actor, purpose=purpose).filter(
        case_id__in=mine, state=ClaimMaterial.State.UPLOADED, attachment_id__isnull=False
    )
    return {
        rules.known_material(one.name): Known(
            _("an earlier claim"), clock.local(one.at).date(), one.attachment_id
        )
        for one in seen.order_by("at")
    }


def units(case: Case) -> QuerySet[Organisation]:
    """Authorities that can take a claim of this place: active, with a post in force that decides claims."""
    able = [code for code in role_kinds() if rules.DECIDE in duties_of(code)]
    posts = Post.objects.in_force().filter(organisation=OuterRef("pk"), role_code__in=able)
    code = case.scope_code
    near = Organisation.objects.filter(scope_code__in=("", code[:4], code[:6], code[:9], code), active=True)
    return near.filter(Exists(posts)).order_by("kind", "code")


def running(household_id: int, resident_id: int | None, measure_id: int, actor: Actor) -> Claim | None:
    """The claim of the same measure that is not ended."""
    seen = Claim.objects.visible_to(actor, purpose=actor.work_purpose)
    found = seen.select_related("case").filter(household_id=household_id, measure_id=measure_id, running=True)
    return (
        found.filter(resident_id=resident_id).first()
        if resident_id
        else found.filter(resident_id__isnull=True).first()
    )


def measure(code: str) -> Measure | None:
    """A measure by its code."""
    return Measure.objects.filter(code=code).first()
