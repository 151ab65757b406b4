"""A template's story: uploaded, checked and rendered in the background, approved by a second person, ended."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.indicators.reports import layout
from lianglin.indicators.reports.actions import READ, purpose
from lianglin.indicators.reports.actions import State as ReportState
from lianglin.indicators.reports.building import LANGUAGE
from lianglin.indicators.reports.finding import definition_of
from lianglin.indicators.reports.models import Report
from lianglin.indicators.reports.own import checking, example, kitchen, names, parcel, reading, sayings
from lianglin.indicators.reports.own.models import ReportLayout
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

APPROVE = "indicators.approve"
CHECK_TASK = "check_report_layout"
SUBJECT = "indicators.ReportLayout"
State = ReportLayout.State
AT_ONCE = 5
MARK = "预览，仅供审核版式"


def upload(
    *, by: Actor, definition: str, name: str, content: bytes, from_on: date, note: str
) -> ReportLayout:
    """Takes a template in and has it checked; refused at once when the file is not safe to open."""
    by.require(READ)
    if definition_of(definition) is None:
        raise Refused(_("There is no such report. Choose one of the list."), field="definition")
    if from_on < clock.today():
        raise Refused(
            _("Choose today or a later day: what was printed before keeps its layout."), field="from_on"
        )
    try:
        parcel.opened(content, name)
    except parcel.Unsafe as error:
        raise Refused(sayings.package(error.code, error.part), field="file") from None
    own = ReportLayout.objects.visible_to(by, purpose=purpose(by)).filter(organisation_id=by.organisation_id)
    if own.filter(state=State.CHECKING).count() >= AT_ONCE:
        raise Refused(_("Five templates of your office are still being checked. Wait until one is ready."))
    with together():
        same = own.filter(definition=definition)
        made = ReportLayout(
            key=uuid4(), organisation_id=by.organisation_id, scope_code=by.low, definition=definition,
            version=(same.aggregate(last=Max("version"))["last"] or 0) + 1, from_on=from_on, file_name=name[-120:],
            content=content, digest=hashlib.sha256(content).hexdigest(), size=len(content), note=note.strip()[:200],
            uploaded_by_id=by.account_id, post_id=by.post_id, uploaded_at=clock.now(),
        )  # fmt: skip
        made.save(force_insert=True)
        _note("upload", made, {"definition": definition, "version": made.version, "digest": made.digest})
        app.configure_task(CHECK_TASK, queue="events").defer(key=str(made.key))
    return made


def check(*, key: str, by: Actor) -> ReportLayout | None:
    """Looks for mistakes and renders the preview. Idempotent; done again when somebody asks for a new preview."""
    waiting = ReportLayout.objects.visible_to(by, purpose=by.work_purpose).filter(
        key=key, state=State.CHECKING
    )
    found = waiting.select_for_update(of=("self",)).select_related("organisation").first()
    if found is None:
        return None
    definition = definition_of(found.definition)
    if definition is None:
        found.state, found.flaws = State.FLAWED, [checking.Flaw("broken").kept()]
    else:
        with override(LANGUAGE):
            report = _latest(found, by) or example.report(definition)
            _rendered(found, report)
    found.save(update_fields=["state", "flaws", "preview", "shown", "preview_of"])
    return found


def _latest(found: ReportLayout, by: Actor) -> Report | None:
    """The newest report of the kind in the office's own place, so that the preview shows real figures."""
    there = Report.objects.visible_to(by, purpose=by.work_purpose).filter(
        definition=found.definition, scope_code=found.scope_code,
        state__in=(ReportState.DRAFT, ReportState.ISSUED, ReportState.REPLACED, ReportState.RECALLED),
    )  # fmt: skip
    return there.select_related("organisation").order_by("-id").first()


def _rendered(found: ReportLayout, report: Report) -> None:
    paper = layout.paper(report, mark=MARK)
    served = names.served(report, paper)
    try:
        paragraphs = parcel.opened(bytes(found.content))
        flaws = checking.flaws(paragraphs, names.known(served.context))
        made = b"" if flaws else fill(bytes(found.content), served, paper)
    except parcel.Unsafe:
        flaws, made = [checking.Flaw("broken")], b""
    except kitchen.Unfilled as error:
        flaws, made = [error.flaw], b""
    found.flaws = [flaw.kept() for flaw in flaws]
    found.state = State.FLAWED if flaws else State.WAITING
    found.preview = made or None
    found.shown = reading.blocks(made) if made else []
    found.preview_of = f"{report.figures['title']}" + ("（示例数字）" if report.pk is None else "")


def fill(content: bytes, served: names.Served, paper: layout.Paper) -> bytes:
    """The document; in the head of each page stands what the template does not show there itself."""
    parcel.opened(content)
    marks = [one for one in (paper.mark, paper.stamp, paper.sample, paper.few) if one]
    properties = {"title": paper.title, "author": paper.mark, "comments": paper.sample}
    return kitchen.filled(content, served.context, served.charts, marks=marks, properties=properties)


def decide(key: UUID, *, by: Actor, approve: bool, note: str, seen: str) -> ReportLayout:
    """The second person approves what the preview showed, or refuses and says why. ``seen``: digest of the file shown."""
    by.require(APPROVE)
    with together():
        found = locked(key, by)
        if found.state != State.WAITING or seen != found.digest:
            raise Conflict(_("This template does not wait for a decision any more. Look at it again."))
        if found.uploaded_by_id == by.account_id:
            raise Forbidden(_("You uploaded it yourself: somebody else decides."))
        if not approve and len(note.strip()) < 2:
            raise Refused(_("Say why you refuse it."), field="note")
        found.state = State.APPROVED if approve else State.REFUSED
        found.decided_by_id, found.decided_post_id, found.decided_at = by.account_id, by.post_id, clock.now()
        found.decision_note = note.strip()[:200]
        if found.from_on < clock.today():
            found.from_on = clock.today()
        found.save(
            update_fields=["state", "decided_by", "decided_post", "decided_at", "decision_note", "from_on"]
        )
        _note(
            "approve" if approve else "refuse", found, {"digest": found.digest, "note": found.decision_note}
        )
    return found


def end(key: UUID, *, by: Actor) -> ReportLayout:
    """Ends a template, or takes back one that is not approved yet; reports then have the one before, or the standard."""
    by.require(READ)
    with together():
        found = locked(key, by)
        if found.state in (State.ENDED, State.REFUSED):
            raise Conflict(_("This template is ended already."))
        if found.organisation_id != by.organisation_id:
            raise Forbidden(_("Only the office whose template it is can end it."))
        found.state = State.ENDED
        found.save(update_fields=["state"])
        _note("end", found, {"version": found.version})
    return found


def locked(key: UUID, by: Actor) -> ReportLayout:
    """The template, held until the end of the transaction; Forbidden outside of the post's area."""
    rows = ReportLayout.objects.visible_to(by, purpose=purpose(by)).filter(key=key)
    found = rows.select_for_update(of=("self",)).first()
    if found is None:
        raise Forbidden(_("There is no such template in the area of your current post."))
    return found


def in_force(by: Actor, *, organisation_id: int | None, definition: str, day: date | None = None) -> Any:
    """The approved template that holds on a day (today), or None."""
    rows = ReportLayout.objects.visible_to(by, purpose=purpose(by)).filter(
        organisation_id=organisation_id,
        definition=definition,
        state=State.APPROVED,
        from_on__lte=day or clock.today(),
    )
    return rows.defer("content", "preview", "shown").order_by("-from_on", "-version").first()


def _note(verb: str, found: ReportLayout, values: dict[str, Any]) -> None:
    audit.record(f"indicators.layout.{verb}", SUBJECT, found.pk, scope_code=found.scope_code, values=values)
