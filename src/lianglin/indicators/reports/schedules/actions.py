"""A schedule's story: made, paused, gone on with, ended. It asks for drafts; a person issues them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, duties_of, role_kinds
from lianglin.access.models import Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import together
from lianglin.indicators.reports.actions import READ, purpose
from lianglin.indicators.reports.finding import definition_of
from lianglin.indicators.reports.schedules import rules
from lianglin.indicators.reports.schedules.models import ReportSchedule
from lianglin.indicators.reports.sending.offices import Receiver, offices
from lianglin.kit import clock
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.period import Period
from lianglin.kit.reports import PeriodKind

SUBJECT = "indicators.ReportSchedule"
State = ReportSchedule.State
PLACES, TELLS, OWN = 200, 20, 50
"""Places and posts of one schedule; schedules of one office."""

MOVES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "pause": ((State.RUNNING,), State.PAUSED),
    "go_on": ((State.PAUSED, State.STOPPED), State.RUNNING),
    "end": ((State.RUNNING, State.PAUSED, State.STOPPED), State.ENDED),
}
"""What a person can do -> from which states, to which."""


@dataclass(frozen=True)
class Wanted:
    """What a schedule is to do."""

    name: str
    definition: str
    kind: PeriodKind
    nth: int
    places: Sequence[str]
    public: bool
    tells: Sequence[int]
    receivers: Sequence[Receiver]
    at_once: bool = False
    """Begins with the period that is due already, not with the next."""


def make(*, by: Actor, wanted: Wanted) -> ReportSchedule:
    """Makes a schedule that runs as this post; refused for places outside its range."""
    by.require(READ)
    _check(by, wanted)
    due = rules.last_due(wanted.kind, wanted.nth, clock.today(), calendar().is_working)
    handled = due.previous() if wanted.at_once else due
    now = clock.now()
    with together():
        made = ReportSchedule(
            key=uuid4(), name=wanted.name.strip()[:80], definition=wanted.definition, kind=wanted.kind, nth=wanted.nth,
            places=list(wanted.places), public=wanted.public, tells=sorted(set(wanted.tells) | {by.post_id or 0}),
            receivers=[one.kept() for one in wanted.receivers], post_id=by.post_id, organisation_id=by.organisation_id,
            scope_code=by.low, handled_on=handled.start, made_at=now, changed_at=now,
        )  # fmt: skip
        made.save(force_insert=True)
        _note("make", made, {"definition": made.definition, "places": made.places, "nth": made.nth})
    return made


def _check(by: Actor, wanted: Wanted) -> None:
    definition = definition_of(wanted.definition)
    if definition is None:
        raise Refused(_("There is no such report. Choose one of the list."), field="definition")
    if wanted.kind not in definition.periods:
        raise Refused(_("This report is not made for such a period. Choose a longer one."), field="kind")
    if not 1 <= wanted.nth <= rules.MOST:
        raise Refused(_("Choose a working day from 1 to 20."), field="nth")
    if not wanted.places or len(wanted.places) > PLACES:
        raise Refused(_("Choose at least one place, and at most two hundred."), field="places")
    if not all(by.covers(place) for place in wanted.places):
        raise Refused(_("This place is not in the area of your current post."), field="places")
    if set(wanted.tells) - {post.pk for post in colleagues(by)} or len(wanted.tells) > TELLS:
        raise Refused(
            _("One of these posts cannot read the drafts. Choose posts of the list."), field="tells"
        )
    if {one.organisation_id for one in wanted.receivers} - {one.pk for one in offices(by)}:
        raise Refused(_("You cannot send to one of these offices."), field="offices")
    own = ReportSchedule.objects.visible_to(by, purpose=purpose(by)).filter(
        organisation_id=by.organisation_id
    )
    if own.exclude(state=State.ENDED).count() >= OWN:
        raise Refused(_("Your office has fifty schedules already. End one that is not needed."))


def colleagues(by: Actor) -> list[Post]:
    """The posts that can read every draft: with the duty, and a range that holds this post's."""
    roles = [code for code in role_kinds() if READ in duties_of(code)]
    posts = Post.objects.in_force().filter(scope_code=by.low, role_code__in=roles)
    found = posts.select_related("organisation").order_by("pk")
    return [post for post in found[:100] if actor_in(post).may(READ)]


def move(key: UUID, what: str, *, by: Actor) -> ReportSchedule:
    """Pauses, goes on or ends; only the office whose schedule it is. Who goes on is whom it runs as from then on."""
    by.require(READ)
    before, after = MOVES[what]
    with together():
        rows = ReportSchedule.objects.visible_to(by, purpose=purpose(by)).filter(key=key)
        found = rows.select_for_update(of=("self",)).first()
        if found is None or found.organisation_id != by.organisation_id:
            raise Forbidden(_("Only the office whose schedule it is can change it."))
        if found.state not in before:
            raise Conflict(
                _("The schedule is “%(state)s” now. Look at it again.") % {"state": found.get_state_display()}
            )
        if what == "go_on":
            if not all(by.covers(place) for place in found.places):
                raise Forbidden(_("This schedule is for places outside the area of your current post."))
            found.post_id, found.why = by.post_id, ""
        found.state, found.changed_at = after, clock.now()
        found.save(update_fields=["state", "why", "post", "changed_at"])
        _note(what, found, {"state": after})
    return found


def next_run(schedule: ReportSchedule, today: date | None = None) -> tuple[Period, date]:
    """The next period of a schedule and the day it is drafted on; a day that is past means: at the next hour."""
    works = calendar().is_working
    handled = Period.of(schedule.period_kind, schedule.handled_on)
    period = rules.following(handled)
    due = rules.last_due(schedule.period_kind, schedule.nth, today or clock.today(), works)
    period = max(period, due) if due.start > schedule.handled_on else period
    return period, rules.due_on(period, schedule.nth, works)


def _note(verb: str, found: ReportSchedule, values: dict[str, object]) -> None:
    audit.record(f"indicators.schedule.{verb}", SUBJECT, found.pk, scope_code=found.scope_code, values=values)
