"""Papers of a claim: what is known is not asked again; the rest is handed in, or shown at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.benefits.models import Claim, ClaimMaterial
from lianglin.benefits.queries import claims as queries
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.files import actions as files
from lianglin.files.prepare import Prepared
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

State = ClaimMaterial.State
GATHERED_IN = ("offered", "gathering", "returned")
MOST = 30
"""Papers of one claim."""


def lay_out(claim: Claim, names: Sequence[str], *, by: Actor) -> list[ClaimMaterial]:
    """One line per paper of the measure; what is known already says from where and since when."""
    wanted = tuple(dict.fromkeys(name.strip()[:80] for name in names if name.strip()))[:MOST]
    known = (
        queries.known_papers(wanted, claim.household_id, claim.resident_id, by) if by.role == "staff" else {}
    )
    now = clock.now()
    rows = [
        ClaimMaterial(
            case_id=claim.case_id, scope_code=claim.scope_code, position=at, name=name, at=now, post_id=by.post_id,
            state=State.KNOWN if name in known else State.MISSING,
            known_from=known[name].source[:80] if name in known else "",
            known_since=known[name].since if name in known else None,
            attachment_id=known[name].attachment_id if name in known else None,
        )
        for at, name in enumerate(wanted, start=1)
    ]  # fmt: skip
    ClaimMaterial._base_manager.bulk_create(rows)
    return rows


def _paper(case: Case, position: int, by: Actor) -> ClaimMaterial:
    if case.state not in GATHERED_IN:
        raise Conflict(
            _("Papers are taken while they are gathered; the claim is now “%(state)s”.")
            % {"state": case.state_label}
        )
    seen = ClaimMaterial.objects.visible_to(by, purpose=by.work_purpose)
    found = (
        seen.select_for_update(of=("self",), no_key=True).filter(case_id=case.pk, position=position).first()
    )
    if found is None:
        raise Forbidden(_("There is no such paper in this claim."))
    return found


def _set(found: ClaimMaterial, state: str, by: Actor, **more: Any) -> None:
    found.state, found.at, found.post_id = state, clock.now(), by.post_id
    for name, value in more.items():
        setattr(found, name, value)
    found.save(update_fields=["state", "at", "post_id", *more])
    audit.record(
        f"benefits.paper_{state}", "benefits.ClaimMaterial", found.pk, scope_code=found.scope_code,
        values={"case": found.case_id, "position": found.position},
    )  # fmt: skip


def confirm(case_id: int, *, by: Actor, position: int) -> None:
    """What is known still holds: it is not asked again."""
    with together():
        found = _paper(cases.lock(case_id, by=by), position, by)
        if found.state != State.KNOWN:
            raise Conflict(_("Nothing is known about this paper that could be confirmed."))
        _set(found, State.CONFIRMED, by)


def correct(case_id: int, *, by: Actor, position: int) -> None:
    """What is known does not hold (any more): the paper is asked for."""
    with together():
        found = _paper(cases.lock(case_id, by=by), position, by)
        if found.state not in (State.KNOWN, State.CONFIRMED):
            raise Conflict(_("Nothing is known about this paper that could be wrong."))
        _set(found, State.MISSING, by, known_from="", known_since=None, attachment_id=None)


def show(case_id: int, *, by: Actor, position: int, waive: bool = False) -> None:
    """A worker has seen the paper at the desk, or finds that it is not needed here."""
    if by.post_id is None:
        raise Forbidden(_("Only a post records what was shown at the desk."))
    with together():
        found = _paper(cases.lock(case_id, by=by), position, by)
        _set(found, State.WAIVED if waive else State.SHOWN, by)


def upload(case_id: int, *, by: Actor, position: int, file: Prepared) -> None:
    """The paper as a picture or a PDF; it stands among the files of the case."""
    with together():
        case = cases.lock(case_id, by=by)
        found = _paper(case, position, by)
        kept = files.attach(case_id=case.pk, scope_code=case.scope_code, upload=file, by=by)
        _set(found, State.UPLOADED, by, attachment_id=kept.pk)


def must_be_complete(case_id: int, *, by: Actor) -> list[ClaimMaterial]:
    """The papers, when none is missing; Refused names all that are, at once."""
    found = queries.materials(case_id, by)
    missing = [one.name for one in found if not one.there]
    if missing:
        raise Refused(
            _(
                "Still missing or not confirmed: %(papers)s. Hand them in, confirm them, or note that they were shown."
            )
            % {"papers": "、".join(missing)}
        )
    return found


def name_missing(case: Case, positions: Sequence[int], further: Sequence[str], *, by: Actor) -> None:
    """What the authority misses: papers on the list are asked for again, further ones join it."""
    seen = ClaimMaterial.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=case.pk)
    held = list(seen.order_by("position"))
    last = held[-1].position if held else 0
    for one in held:
        if one.position in positions:
            _set(one, State.MISSING, by, asked_again=True, known_from="", known_since=None)
    for offset, name in enumerate(further, start=1):
        ClaimMaterial(
            case_id=case.pk, scope_code=case.scope_code, position=last + offset, name=name.strip()[:80], at=clock.now(),
            post_id=by.post_id, asked_again=True,
        ).save(force_insert=True)  # fmt: skip
