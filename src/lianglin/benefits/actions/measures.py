"""A measure's versions are drafted, checked legally, approved by a second person, put in force, replaced, and run out.

The table of verbs is rules/life.py. Nobody who wrote a part of a text checks or approves it; PostgreSQL holds that, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.benefits.actions import edition
from lianglin.benefits.models import Measure, MeasureVersion
from lianglin.benefits.queries import checking
from lianglin.benefits.queries.checking import Report
from lianglin.benefits.rules import life
from lianglin.benefits.rules.summary import CODE, LONGEST, Summary, digest, summary
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

SUBJECT = "benefits.MeasureVersion"
State = MeasureVersion.State


@dataclass(frozen=True)
class Saved:
    """A draft that was kept, and what its text still lacks."""

    version: MeasureVersion
    report: Report


def draft_measure(*, by: Actor, source: str, code: str = "") -> Saved:
    """Begins a measure. ``code`` is its 编号; "" takes that of the text. A text that cannot be read yet is kept as it is."""
    by.require(life.DRAFT)
    code = code.strip() or summary(source).code
    if not CODE.fullmatch(code):
        raise Refused(_("A code has 3 to 60 small letters, digits and hyphens."), field="code")
    with together():
        if Measure.objects.filter(code=code).exists():
            raise Conflict(
                _("There is a measure with this code already. Write its next version."), field="code"
            )
        measure = Measure.objects.create(code=code, created_at=clock.now(), sample=summary(source).sample)
        made = MeasureVersion(measure=measure, number=1)
        return _keep(made, by=by, source=source, verb="draft")


def amend(measure_id: int, *, by: Actor, source: str | None = None) -> Saved:
    """Begins the next version, as a copy of the newest that stood; Conflict while another one is on its way."""
    by.require(life.DRAFT)
    with together():
        measure = Measure.objects.filter(pk=measure_id).first()
        if measure is None:
            raise Conflict(_("This measure is not here any more."))
        newest = measure.versions.order_by("-number").first()
        stood = measure.versions.filter(state__in=life.STOOD).order_by("-number").first() or newest
        text = source if source is not None else stood.source if stood else ""
        made = MeasureVersion(measure=measure, number=newest.number + 1 if newest else 1)
        return _keep(made, by=by, source=text, verb="amend")


def write(version_id: int, *, by: Actor, revision: int, source: str) -> Saved:
    """Writes a draft anew. ``revision``: the one that was read; Conflict when somebody wrote meanwhile.

    The text is kept with everything that is wrong with it; only a sound one goes on to the legal check.
    """
    by.require(life.DRAFT)
    with together():
        version = _locked(version_id, "write")
        if version.revision != revision:
            raise Conflict(
                _(
                    "Somebody else has written this draft meanwhile. Your text is below; compare it with theirs."
                )
            )
        version.revision += 1
        return _keep(version, by=by, source=source, verb="write")


def _keep(version: MeasureVersion, *, by: Actor, source: str, verb: str) -> Saved:
    source = source.replace("\r\n", "\n")
    if len(source) > LONGEST or "\0" in source:
        raise Refused(_("A measure has at most %(n)d characters.") % {"n": LONGEST}, field="source")
    columns(version, source, summary(source))
    report = checking.check(version.measure.code, source, on=max(version.valid_from, clock.today()))
    version.sound = report.sound
    version.drafted_by_id, version.drafted_at = by.account_id, clock.now()
    version.writers = sorted({*version.writers, *([by.account_id] if by.account_id else [])})
    version.checked_by = version.checked_at = None
    try:
        with together():
            version.save()
            audit.record(
                f"benefits.measure.{verb}",
                SUBJECT,
                version.pk,
                scope_code=by.low,
                values={"digest": version.digest},
            )
    except IntegrityError as error:
        raise Conflict(_("The next version is on its way already. Go on with that one.")) from error
    return Saved(version, report)


def columns(version: MeasureVersion, source: str, said: Summary) -> None:
    """Takes the columns from the text; what it does not say yet stays as it was, or gets a beginning."""
    version.source, version.digest = source, digest(source)
    version.name = said.name or version.name or version.measure.code
    version.name_en, version.authority = said.name_en, said.authority
    version.subject, version.groups, version.health = said.subject, said.groups, said.health
    version.valid_from = said.valid_from or version.valid_from or clock.today()
    version.valid_to, version.review_on = said.valid_to, said.review_on
    if not version.drafted_at:
        version.drafted_at = clock.now()


def send_to_legal(version_id: int, *, by: Actor, revision: int) -> MeasureVersion:
    """Puts a sound draft before legal affairs. Refused while it has problems or an example comes out otherwise."""
    return _go(version_id, "send_to_legal", by=by, revision=revision)


def check_legally(version_id: int, *, by: Actor, note: str = "") -> MeasureVersion:
    """Legal affairs find the text in order; not by whoever wrote a part of it."""

    def mark(version: MeasureVersion) -> None:
        version.checked_by_id, version.checked_at, version.note = by.account_id, clock.now(), note.strip()

    return _go(version_id, "check_legally", by=by, mark=mark)


def send_back_legal(version_id: int, *, by: Actor, note: str) -> MeasureVersion:
    """Legal affairs send it back with what is to be mended."""
    return _go(version_id, "send_back_legal", by=by, note=note)


def approve(version_id: int, *, by: Actor, note: str = "") -> MeasureVersion:
    """The second person approves; it is in force from its first day on, at once when that has come."""

    def mark(version: MeasureVersion) -> None:
        version.approved_by_id, version.approved_at, version.note = by.account_id, clock.now(), note.strip()

    with together():
        version = _go(version_id, "approve", by=by, mark=mark)
        edition.changed()  # what will hold on a later day is another text from now on
        if life.begins(version.valid_from, clock.today()):
            _put_in_force(version)
    return version


def send_back(version_id: int, *, by: Actor, note: str) -> MeasureVersion:
    """The second person sends it back to its author, with the reason."""

    def mark(version: MeasureVersion) -> None:
        version.checked_by = version.checked_at = None

    return _go(version_id, "send_back", by=by, note=note, mark=mark)


def drop(version_id: int, *, by: Actor, note: str) -> MeasureVersion:
    """Gives up a version that was not approved yet. Its text stays readable to who writes measures."""
    return _go(version_id, "drop", by=by, note=note, mark=_end)


def withdraw(version_id: int, *, by: Actor, note: str) -> MeasureVersion:
    """Takes an approval back before the version's first day."""
    with together():
        version = _go(version_id, "withdraw", by=by, note=note, mark=_end)
        edition.changed()
    return version


def _end(version: MeasureVersion) -> None:
    version.ended_at = clock.now()


def _go(
    version_id: int,
    verb: str,
    *,
    by: Actor,
    revision: int | None = None,
    note: str = "",
    mark: Callable[[MeasureVersion], None] | None = None,
) -> MeasureVersion:
    """One step of the table: duty, lock, state, who may, what the text must be; then it is written and audited."""
    step = life.STEPS[verb]
    by.require(step.duty)
    with together():
        version = _locked(version_id, verb)
        if revision is not None and version.revision != revision:
            raise Conflict(_("Somebody else has written this draft meanwhile. Look at it again."))
        if step.not_by_writers and by.account_id in version.writers:
            raise Forbidden(_("You wrote a part of this text: somebody else decides."))
        if step.note and not note.strip():
            raise Refused(_("Say why."), field="note")
        if step.sound:
            _must_be_sound(version)
        version.state = step.target
        if step.note:
            version.note = note.strip()
        if mark is not None:
            mark(version)
        version.save()
        audit.record(
            f"benefits.measure.{verb}",
            SUBJECT,
            version.pk,
            scope_code=by.low,
            values={"digest": version.digest},
        )
    return version


def _locked(version_id: int, verb: str) -> MeasureVersion:
    rows = MeasureVersion.objects.select_for_update(no_key=True, of=("self",)).select_related("measure")
    version = rows.filter(pk=version_id).first()
    if version is None:
        raise Conflict(_("This version is not here any more."))
    if not life.may(version.state, verb):
        raise Conflict(
            _("This version is “%(state)s” by now. Look at it again.")
            % {"state": version.get_state_display()}
        )
    return version


def _must_be_sound(version: MeasureVersion) -> None:
    """Read anew, against everything that will hold on its first day: no other measure may break by it."""
    code, day = version.measure.code, max(version.valid_from, clock.today())
    report = checking.check(code, version.source, on=day)
    if report.problems or report.elsewhere:
        raise Refused(_("The text still has problems. They are listed beside it."))
    if report.failures or report.measure is None:
        raise Refused(_("A worked example comes out otherwise than it says. Mend the rule or the example."))
    others = checking.broken_by(code, report.measure, on=day)
    if others:
        raise Refused(
            _("Other measures would break by it: %(codes)s. Change them first, or together.")
            % {"codes": ", ".join(others)}
        )


def _put_in_force(version: MeasureVersion) -> None:
    """The version before it is replaced; the catalogue finds the new one."""
    now = clock.now()
    old = version.measure.versions.filter(state=State.IN_FORCE).exclude(pk=version.pk).first()
    if old is not None:
        old.state, old.ended_at = State.AMENDED, now
        old.save(update_fields=["state", "ended_at"])
        edition.index(old, None)
        audit.record("benefits.measure.amended", SUBJECT, old.pk)
    version.state, version.in_force_at = State.IN_FORCE, now
    version.save(update_fields=["state", "in_force_at"])
    report = checking.check(version.measure.code, version.source)
    edition.index(version, report.measure)
    edition.changed()
    audit.record("benefits.measure.in_force", SUBJECT, version.pk, values={"digest": version.digest})


def put_in_force_due(*, by: Actor, today: date | None = None) -> int:
    """Puts approved versions in force whose first day has come; how many. Nightly; may run again."""
    by.require(life.SYSTEM)
    rows = MeasureVersion.objects.select_for_update(no_key=True, of=("self",)).select_related("measure")
    due = rows.filter(state=State.APPROVED, valid_from__lte=today or clock.today())
    found = list(due.order_by("valid_from", "id"))
    for version in found:
        with together():
            _put_in_force(version)
    return len(found)


def expire_due(*, by: Actor, today: date | None = None) -> int:
    """Ends versions whose last day is over; how many. Nightly; may run again."""
    by.require(life.SYSTEM)
    rows = MeasureVersion.objects.select_for_update(no_key=True)
    found = list(rows.filter(state=State.IN_FORCE, valid_to__lt=today or clock.today()).order_by("id"))
    with together():
        for version in found:
            version.state, version.ended_at = State.EXPIRED, clock.now()
            version.save(update_fields=["state", "ended_at"])
            edition.index(version, None)
            audit.record("benefits.measure.expire", SUBJECT, version.pk)
        if found:
            edition.changed()
    return len(found)
