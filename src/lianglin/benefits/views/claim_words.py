"""Claims in words: tones, stages, steps, clocks, papers, amounts."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access.models import Organisation
from lianglin.benefits.models import Claim, ClaimMaterial
from lianglin.benefits.rules.claims_config import settings
from lianglin.cases import queries as cases
from lianglin.cases.models import Case, Clock, Step
from lianglin.kit.money import fen_to_yuan
from lianglin.kit.signs import local_dt

TONES = {
    "offered": "new", "gathering": "active", "filed": "active", "returned": "warn", "public": "active",
    "examined": "active", "to_confirm": "waiting", "granted": "good", "paid": "good", "recertify": "warn",
    "refused": "bad", "declined": "closed", "withdrawn": "closed", "ended": "closed",
}  # fmt: skip
PAPER_TONES = {
    "missing": "warn", "known": "new", "confirmed": "good", "uploaded": "good", "shown": "good", "waived": "closed",
}  # fmt: skip
BACKWARD = frozenset({"ask_more", "refuse", "not_confirm", "stop_notice", "end"})


def tone(state: str) -> str:
    """The tone of a state's tag."""
    return TONES.get(state, "plain")


def yuan(fen: int | None) -> str:
    """An amount as people read it; "" where there is none."""
    return f"{fen_to_yuan(fen)} 元" if fen is not None else ""


def reasons(codes: str) -> list[str]:
    """Standard reasons in the reader's language."""
    english = get_language() == "en"
    known = {one.code: one.en if english else one.zh for one in settings().reasons}
    return [known[code] for code in codes.split(",") if code in known]


def stages(case: Case, found: list[Step]) -> list[dict[str, Any]]:
    """The whole way in one line."""
    return [
        {
            "label": capfirst(phase["label"]),
            "state": "done" if phase["done"] else "now" if phase["current"] else "todo",
        }
        for phase in cases.phases(case, found)
    ]


def steps(case: Case, found: list[Step]) -> list[dict[str, Any]]:
    """The step list: what, when, which unit, the reasons, the words."""
    ids = {step.data["unit"] for step in found if step.data.get("unit")}
    names = {unit.pk: unit.label for unit in Organisation.objects.filter(pk__in=ids)} if ids else {}
    last = found[-1].pk if found and not case.lifecycle.state(case.state).final else None
    return [
        {
            "name": capfirst(
                str(_("offered") if step.move == "open" else cases.step_label(case.lifecycle, step.move))
            ),
            "state": "bad" if step.move in BACKWARD else "now" if step.pk == last else "done",
            "at": step.at,
            "who": step.organisation.label if step.organisation else "",
            "text": " · ".join(_particulars(step, names)),
            "quote": step.note,
        }
        for step in found
    ]


def _particulars(step: Step, names: dict[int, str]) -> list[str]:
    said = []
    if step.data.get("unit") in names:
        said.append(names[step.data["unit"]])
    if isinstance(step.data.get("fen"), int):
        said.append(yuan(step.data["fen"]))
    if step.data.get("reasons"):
        said += reasons(",".join(step.data["reasons"]))
    if step.data.get("guardian"):
        said.append(_("by the guardian"))
    if step.data.get("mandate"):
        said.append(_("by authorisation"))
    return said


def clocks(case: Case, found: list[Clock]) -> list[dict[str, Any]]:
    """Each stage's clock: its rule, when it ran, and whether it was kept."""
    return [
        {
            "stage": case.lifecycle.limit(one.stage).label,
            "limit": cases.limit_words(one.amount, one.unit),
            "started_at": one.started_at,
            "due_at": one.due_at,
            "provisional": one.provisional,
            "running": one.stopped_at is None,
            "late": one.stopped_at is not None and one.stopped_at > one.due_at,
            "left": cases.time_left(case) if one.stopped_at is None else None,
        }
        for one in found
    ]


def papers(found: list[ClaimMaterial]) -> list[dict[str, Any]]:
    """Each paper with its state; what is known says from where and since when."""
    return [
        {
            "paper": one,
            "position": one.position,
            "name": one.name,
            "state": one.get_state_display(),
            "tone": PAPER_TONES[one.state],
            "known": one.state == ClaimMaterial.State.KNOWN,
            "missing": one.state == ClaimMaterial.State.MISSING,
            "from": one.known_from,
            "since": one.known_since,
        }
        for one in found
    ]


def decided(claim: Claim) -> list[tuple[Any, Any]]:
    """What was granted, from when until when; or until when review and court are open, with their sources."""
    held: list[tuple[Any, Any]] = []
    if claim.granted_fen is not None:
        held.append((_("Amount"), yuan(claim.granted_fen)))
    if claim.in_kind:
        held.append((_("In kind"), claim.in_kind))
    for label, value in (
        (_("From"), claim.period_from),
        (_("Until"), claim.period_to),
        (_("To be looked at again on"), claim.recertify_on),
    ):
        if value is not None:
            held.append((label, local_dt(value, "date")))
    return held


def rights(claim: Claim) -> list[tuple[Any, str]]:
    """Where and until when one may object, each with the law that says so."""
    if claim.review_until is None or claim.court_until is None:
        return []
    ours = settings()
    return [
        (
            _("Administrative review (the authority's own government)"),
            _("until %(day)s (%(source)s)")
            % {"day": local_dt(claim.review_until, "date"), "source": ours.review_source},
        ),
        (
            _("Lawsuit at the people's court"),
            _("until %(day)s (%(source)s)")
            % {"day": local_dt(claim.court_until, "date"), "source": ours.court_source},
        ),
    ]
