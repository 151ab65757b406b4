"""A report's story: asked for, counted in the background as its asker, edited, issued, corrected by a new version, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.models import Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting, together
from lianglin.indicators.reports import building, changes
from lianglin.indicators.reports.finding import definition_of
from lianglin.indicators.reports.models import Report
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.period import Period
from lianglin.kit.signs import local_dt

READ, ISSUE = "indicators.reports", "indicators.issue"
MAKE_TASK = "make_report"
SUBJECT = "indicators.Report"
LONGEST = 2_000
"""Characters of one sentence of a report."""
SHORTEST = 4
"""Characters of a reason."""
State = Report.State
ALIVE = (State.MAKING, State.DRAFT, State.ISSUED)
"""While there is such a version, another one comes of correcting it alone."""


def purpose(by: Actor) -> str:
    """For what a post reads figures: statistics where it carries that, else its work."""
    return "statistics" if "statistics" in by.purposes else by.work_purpose


def ask(*, by: Actor, definition: str, scope_code: str, period: Period, public: bool) -> Report:
    """Asks for the first version of a report; the background counts it.

    Refused for a place outside the post's range, a period that has not begun, and where there is one already.
    """
    by.require(READ)
    wanted = definition_of(definition)
    if wanted is None or period.kind not in wanted.periods:
        raise Refused(
            _("There is no such report for this period. Choose one of the list."), field="definition"
        )
    if not by.covers(scope_code):
        raise Refused(_("This place is not in the area of your current post."), field="place")
    if period.start > clock.today():
        raise Refused(_("This period has not begun. Choose one until today."), field="period")
    same = Report.objects.visible_to(by, purpose=purpose(by)).filter(
        definition=definition, scope_code=scope_code, kind=period.kind, starts_on=period.start, public=public
    )
    if same.filter(state__in=ALIVE).exists():
        raise Refused(
            _("This report is there already. Open it; what was issued is corrected by a new version."),
            field="period",
        )
    with together():
        number = (same.aggregate(last=Max("version"))["last"] or 0) + 1
        return _asked(by, wanted.version, definition, scope_code, period, public=public, version=number)


def _asked(
    by: Actor, definition_version: str, definition: str, scope_code: str, period: Period, *, public: bool, version: int,
    corrects: Report | None = None, why: str = "",
) -> Report:  # fmt: skip
    made = Report(
        key=uuid4(), definition=definition, definition_version=definition_version, scope_code=scope_code,
        kind=period.kind, starts_on=period.start, ends_before=period.end, public=public, version=version,
        corrects=corrects, why=why, post_id=by.post_id, organisation_id=by.organisation_id, asked_at=clock.now(),
    )  # fmt: skip
    made.save(force_insert=True)
    _note("ask", made, {"definition": definition, "version": version, "why": why})
    app.configure_task(MAKE_TASK, queue="events").defer(key=str(made.key))
    return made


def make(*, key: str, by: Actor) -> Report | None:
    """Counts a report that waits to be made, as its asker: held to the asker's range as it is now. Idempotent."""
    waiting = Report.objects.visible_to(by, purpose=by.work_purpose).filter(key=key, state=State.MAKING)
    found = waiting.select_for_update(of=("self",)).select_related("post__organisation").first()
    if found is None:
        return None
    asker = still_may(found.post, found.scope_code)
    definition = definition_of(found.definition, found.definition_version)
    if asker is None or definition is None:
        found.state = State.REFUSED
    else:
        with acting(job(asker.low, asker.high)):
            found.figures, found.texts = building.build(
                definition,
                found.scope_code,
                period_of(found),
                public=found.public,
            )
        if found.corrects is not None:
            found.figures["changes"] = changes.between(found.corrects.figures, found.figures)
        found.state, found.counted_at = State.DRAFT, clock.now()
    found.save(update_fields=["state", "figures", "texts", "counted_at"])
    return found


def still_may(post: Post, scope_code: str) -> Actor | None:
    """The asker as it stands now; None when its post, place or duty are no longer those it asked with."""
    in_force = Post.objects.in_force().filter(pk=post.pk).select_related("organisation").first()
    if in_force is None or not in_force.organisation.active:
        return None
    asker = actor_in(in_force)
    return asker if asker.role == "staff" and asker.may(READ) and asker.covers(scope_code) else None


def period_of(report: Report) -> Period:
    """The period of a report."""
    return Period(report.starts_on, report.ends_before)


def edit(key: UUID, *, by: Actor, texts: Mapping[str, list[str]], seen: int) -> Report:
    """Changes the sentences of a draft, never its figures; ``seen`` is the number of edits its page was read with."""
    by.require(READ)
    with together():
        found = _locked(key, by)
        _must_be(found, State.DRAFT)
        if seen != found.edits:
            raise Conflict(_("Somebody else has edited this report since you opened it. Look at it again."))
        for at, sentences in texts.items():
            if at not in found.texts or any(len(sentence) > LONGEST for sentence in sentences):
                raise Refused(_("A paragraph has at most 2000 characters."), field=f"text_{at}")
        found.texts = {
            **found.texts,
            **{at: [s.strip() for s in told if s.strip()] for at, told in texts.items()},
        }
        found.edits += 1
        found.save(update_fields=["texts", "edits"])
        _note("edit", found, {"edits": found.edits, "texts": found.texts})
    return found


def count_again(key: UUID, *, by: Actor) -> Report:
    """Counts a draft anew; its sentences are made anew of the new figures."""
    by.require(READ)
    with together():
        found = _locked(key, by)
        _must_be(found, State.DRAFT)
        found.state, found.edits = State.MAKING, found.edits + 1
        found.post_id, found.organisation_id = by.post_id, by.organisation_id
        found.save(update_fields=["state", "edits", "post", "organisation"])
        _note("count_again", found, {"edits": found.edits})
        app.configure_task(MAKE_TASK, queue="events").defer(key=str(found.key))
    return found


def issue(key: UUID, *, by: Actor, seen: int, document_number: str = "", copied_to: str = "") -> Report:
    """Issues a draft: from now on neither its figures nor its sentences change. The one it corrects is replaced.

    ``document_number`` (发文字号) and ``copied_to`` (抄送) are printed where GB/T 9704 has them.

    Refused before its period is over, and while it was counted before the period's end.
    """
    by.require(ISSUE)
    with together():
        found = _locked(key, by)
        _must_be(found, State.DRAFT)
        if seen != found.edits:
            raise Conflict(_("Somebody else has edited this report since you opened it. Look at it again."))
        if found.figures.get("running") or period_of(found).end > clock.today():
            raise Refused(
                _("Its period was not over when it was counted. Count it again when it is, then issue it.")
            )
        found.state, found.issued_at, found.issued_by_id = State.ISSUED, clock.now(), by.post_id
        found.issuer, _post = signing(by)
        found.document_number, found.copied_to = document_number.strip(), copied_to.strip()
        found.save(
            update_fields=["state", "issued_at", "issued_by", "issuer", "document_number", "copied_to"]
        )
        if found.corrects_id:
            before = Report.objects.visible_to(by, purpose=purpose(by)).filter(pk=found.corrects_id)
            before.filter(state=State.ISSUED).update(state=State.REPLACED)
        _note("issue", found, {"figures": found.figures, "texts": found.texts})
    return found


def signing(by: Actor) -> tuple[str, str]:
    """The names of an actor's office and post as papers carry them: in Chinese, whatever its pages are read in."""
    post = Post.objects.select_related("organisation").get(pk=by.post_id)
    return post.organisation.name, post.title


def taken_out(office: str, post: str) -> str:
    """What a file says on every page: who took it out (as :func:`signing` names them) and when."""
    with override(building.LANGUAGE):
        return f"由{office}{post}取出 · {local_dt(clock.now())}"


def correct(key: UUID, *, by: Actor, why: str) -> Report:
    """Begins the next version of an issued report, counted anew, with the reason that its pages will give."""
    by.require(READ)
    with together():
        found = _locked(key, by)
        _must_be(found, State.ISSUED)
        if len(why.strip()) < SHORTEST:
            raise Refused(_("Say why it is corrected; the new version gives the reason."), field="why")
        newer = Report.objects.visible_to(by, purpose=purpose(by)).filter(corrects=found).first()
        if newer is not None and newer.state != State.REFUSED:
            raise Conflict(_("A correction of this report is there already. Open it from the list."))
        wanted = definition_of(found.definition)
        if wanted is None:
            raise Refused(_("This kind of report was ended. Its reports stay as they are."))
        if newer is not None:
            return _asked_again(newer, by, wanted.version, why.strip()[:200])
        return _asked(
            by, wanted.version, found.definition, found.scope_code, period_of(found),
            public=found.public, version=found.version + 1, corrects=found, why=why.strip()[:200],
        )  # fmt: skip


def _asked_again(found: Report, by: Actor, definition_version: str, why: str) -> Report:
    """A correction that could not be made, because its asker lost the right, is asked for by somebody else."""
    found.state, found.edits, found.asked_at = State.MAKING, found.edits + 1, clock.now()
    found.definition_version, found.why = definition_version, why
    found.post_id, found.organisation_id = by.post_id, by.organisation_id
    found.save(
        update_fields=["state", "edits", "asked_at", "definition_version", "why", "post", "organisation"]
    )
    _note("ask", found, {"definition": found.definition, "version": found.version, "why": why})
    app.configure_task(MAKE_TASK, queue="events").defer(key=str(found.key))
    return found


def recall(key: UUID, *, by: Actor, why: str) -> Report:
    """Withdraws an issued report: it stays as it was issued, says so and why, and may be made anew."""
    by.require(ISSUE)
    with together():
        found = _locked(key, by)
        _must_be(found, State.ISSUED)
        if len(why.strip()) < SHORTEST:
            raise Refused(_("Say why it is withdrawn; whoever holds it reads the reason."), field="why")
        found.state, found.recalled_at = State.RECALLED, clock.now()
        found.recalled_by, found.recalled_why = " · ".join(signing(by))[:80], why.strip()[:200]
        found.save(update_fields=["state", "recalled_at", "recalled_by", "recalled_why"])
        _note("recall", found, {"why": found.recalled_why})
    return found


def _locked(key: UUID, by: Actor) -> Report:
    found = Report.objects.visible_to(by, purpose=purpose(by)).filter(key=key)
    one = found.select_for_update(of=("self",)).first()
    if one is None:
        raise Forbidden(_("There is no such report in the area of your current post."))
    return one


def _must_be(found: Report, state: str) -> None:
    if found.state != state:
        raise Conflict(
            _("The report is “%(state)s” now, so this is not possible. Look at it again.")
            % {"state": found.get_state_display()}
        )


def _note(verb: str, found: Report, values: Mapping[str, object]) -> None:
    audit.record(
        f"indicators.report.{verb}", SUBJECT, found.pk, scope_code=found.scope_code, values=dict(values)
    )
