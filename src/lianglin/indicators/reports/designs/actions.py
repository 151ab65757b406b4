"""A composed report's story: begun, composed, previewed with real figures, handed in, approved by a second person."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db.models import Max
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import TOP, Actor, job
from lianglin.access.transaction import acting, together
from lianglin.indicators.reports import building
from lianglin.indicators.reports.actions import READ, purpose
from lianglin.indicators.reports.designs import rules
from lianglin.indicators.reports.designs.models import ReportDesign
from lianglin.indicators.reports.finding import of_design
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.period import Period

APPROVE = "indicators.approve"
PREVIEW_TASK = "preview_report_design"
SUBJECT = "indicators.ReportDesign"
OWN = 50
State = ReportDesign.State
OVER = (State.ENDED, State.REPLACED)


def begin(*, by: Actor, name: str, title: str) -> ReportDesign:
    """Begins a kind of report of the post's office."""
    by.require(READ)
    own = ReportDesign.objects.visible_to(by, purpose=purpose(by)).filter(organisation_id=by.organisation_id)
    if own.exclude(state__in=OVER).count() >= OWN:
        raise Refused(_("Your office has fifty kinds of report already. End one that is not needed."))
    printed, key = rules.check_title(title), uuid4()
    return _kept(by, key, f"{rules.PREFIX}{key.hex[:12]}", 1, name, printed, [])


def next_version(key: UUID, *, by: Actor) -> ReportDesign:
    """Begins the next version of an approved one; until it is approved the earlier one holds."""
    by.require(READ)
    with together():
        found = _locked(key, by)
        if found.state != State.APPROVED:
            raise Conflict(_("Only an approved one has a next version."))
        same = ReportDesign.objects.visible_to(by, purpose=purpose(by)).filter(code=found.code)
        if same.filter(state__in=(State.DRAFT, State.WAITING)).exists():
            raise Conflict(_("A next version is begun already. Open it from the list."))
        number = (same.aggregate(last=Max("version"))["last"] or 0) + 1
        return _kept(by, uuid4(), found.code, number, found.name, found.title, found.sections)


def _kept(
    by: Actor, key: UUID, code: str, version: int, name: str, title: str, sections: list[Any]
) -> ReportDesign:
    with together():
        made = ReportDesign(
            key=key, code=code, version=version, organisation_id=by.organisation_id, scope_code=by.low,
            name=name.strip()[:60], title=title.strip()[:120], sections=sections, made_by_id=by.account_id,
            composers=[by.account_id], post_id=by.post_id, made_at=clock.now(),
        )  # fmt: skip
        made.save(force_insert=True)
        _note("begin", made, {"version": version})
    return made


def rename(key: UUID, *, by: Actor, name: str, title: str, seen: int) -> ReportDesign:
    """Gives a draft another name and printed title."""
    printed = rules.check_title(title)
    with together():
        found = _open(key, by, seen)
        found.name, found.title = name.strip()[:60], printed.strip()[:120]
        return _changed(found, found.sections)


def put(key: UUID, at: int, *, by: Actor, wanted: rules.Wanted, seen: int) -> ReportDesign:
    """Puts a section in its place, or behind the last."""
    section = rules.check(wanted).kept()
    with together():
        found = _open(key, by, seen)
        if at >= rules.SECTIONS:
            raise Refused(_("A report has at most thirty sections."), field="title")
        sections = list(found.sections)
        sections[at : at + 1] = [section]
        return _changed(found, sections)


def shift(key: UUID, at: int, what: str, *, by: Actor, seen: int) -> ReportDesign:
    """Moves a section up or down, or takes it out."""
    with together():
        found = _open(key, by, seen)
        sections = list(found.sections)
        if not 0 <= at < len(sections):
            raise Conflict(_("This section is not there any more. Look at it again."))
        one = sections.pop(at)
        if what != "remove":
            sections.insert(max(0, at - 1) if what == "up" else at + 1, one)
        return _changed(found, sections)


def _changed(found: ReportDesign, sections: list[Any]) -> ReportDesign:
    found.sections, found.edits, found.made_at = sections, found.edits + 1, clock.now()
    found.save(update_fields=["name", "title", "sections", "edits", "made_at"])
    _note(
        "compose",
        found,
        {"edits": found.edits, "name": found.name, "title": found.title, "sections": sections},
    )
    return found


def hand_in(key: UUID, *, by: Actor, seen: int) -> ReportDesign:
    """Hands it to a second person; the preview is counted with last month's figures of the office's place."""
    with together():
        found = _open(key, by, seen)
        if not found.sections:
            raise Refused(_("Compose at least one section first."))
        found.state = State.WAITING
        found.save(update_fields=["state"])
        _note("hand_in", found, {"edits": found.edits})
        app.configure_task(PREVIEW_TASK, queue="events").defer(key=str(found.key))
    return found


def ask_preview(key: UUID, *, by: Actor) -> ReportDesign:
    """Has the preview counted as the composition stands now."""
    by.require(READ)
    with together():
        found = _locked(key, by)
        if not found.sections:
            raise Refused(_("Compose at least one section first."))
        app.configure_task(PREVIEW_TASK, queue="events").defer(key=str(found.key))
    return found


def preview(*, key: str, by: Actor) -> ReportDesign | None:
    """Counts the preview in the place of its office. Idempotent."""
    rows = ReportDesign.objects.visible_to(by, purpose=by.work_purpose).filter(key=key)
    found = rows.select_for_update(of=("self",)).first()
    if found is None or found.previewed == found.edits:
        return None
    with acting(job(found.scope_code, found.scope_code + TOP)):
        last = Period.month_of(clock.today()).previous()
        found.figures, found.texts = building.build(of_design(found), found.scope_code, last, public=False)
    found.previewed = found.edits
    found.save(update_fields=["figures", "texts", "previewed"])
    return found


def decide(key: UUID, *, by: Actor, approve: bool, note: str, seen: int) -> ReportDesign:
    """The second person approves what the preview shows, or gives it back and says why."""
    by.require(APPROVE)
    with together():
        found = _locked(key, by)
        if found.state != State.WAITING or seen != found.edits:
            raise Conflict(_("This does not wait for a decision any more. Look at it again."))
        if by.account_id in (found.made_by_id, *found.composers):
            raise Forbidden(_("You composed it yourself: somebody else decides."))
        if approve and found.previewed != found.edits:
            raise Conflict(_("The preview is still being counted. Look at it, then decide."))
        if not approve and len(note.strip()) < 2:
            raise Refused(_("Say why you refuse it."), field="note")
        if approve:
            ReportDesign.objects.visible_to(by, purpose=purpose(by)).filter(
                code=found.code, state=State.APPROVED
            ).update(state=State.REPLACED)
        found.state = State.APPROVED if approve else State.DRAFT
        found.note, found.decided_at = note.strip()[:200], clock.now()
        found.decided_by_id = by.account_id
        found.save(update_fields=["state", "note", "decided_at", "decided_by"])
        _note("approve" if approve else "give_back", found, {"edits": found.edits, "note": found.note})
    return found


def end(key: UUID, *, by: Actor) -> ReportDesign:
    """Ends it: no further report of this kind is made; those that are there stay."""
    by.require(READ)
    with together():
        found = _locked(key, by)
        _is_own(found, by)
        if found.state in OVER:
            raise Conflict(_("It is ended already."))
        found.state = State.ENDED
        found.save(update_fields=["state"])
        _note("end", found, {})
    return found


def _open(key: UUID, by: Actor, seen: int) -> ReportDesign:
    """A draft of the post's own office, as its page showed it."""
    by.require(READ)
    found = _locked(key, by)
    _is_own(found, by)
    if found.state != State.DRAFT:
        raise Conflict(_("Only a draft is changed. Begin the next version, or have it given back."))
    if seen != found.edits:
        raise Conflict(_("Somebody else has changed it since you opened it. Look at it again."))
    found.decided_by_id = None  # who gave it back and composes now is no second person any more
    found.made_by_id, found.post_id = by.account_id, by.post_id
    found.composers = [*{*found.composers, by.account_id}]
    found.save(update_fields=["decided_by", "made_by", "post", "composers"])
    return found


def _is_own(found: ReportDesign, by: Actor) -> None:
    if found.organisation_id != by.organisation_id:
        raise Forbidden(_("Only the office whose report it is can change it."))


def _locked(key: UUID, by: Actor) -> ReportDesign:
    rows = ReportDesign.objects.visible_to(by, purpose=purpose(by)).filter(key=key)
    found = rows.select_for_update(of=("self",)).first()
    if found is None:
        raise Forbidden(_("There is no such kind of report in the area of your current post."))
    return found


def _note(verb: str, found: ReportDesign, values: dict[str, Any]) -> None:
    audit.record(f"indicators.design.{verb}", SUBJECT, found.pk, scope_code=found.scope_code, values=values)
