"""Opening and moving cases: one row lock, one transaction, one step, one audit line, one event per move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access import transaction as access_transaction
from lianglin.access.actor import Actor
from lianglin.access.actor import resident as resident_actor
from lianglin.access.prepared import Prepared
from lianglin.cases import rules
from lianglin.cases.models import Case, Clock, Receipt, Step
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock, discovery, throttle
from lianglin.kit.calendar import calendar
from lianglin.kit.crypto import match_key
from lianglin.kit.domain import Move
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.events import CaseMoved, publish
from lianglin.kit.ids import clean_case_number, new_case_number, new_secret
from lianglin.places.models import Building, Community, Compound

CLAIM_TRIES, CLAIM_WINDOW = 8, timedelta(minutes=15)


@dataclass(frozen=True)
class Place:
    """Where a case lies. ``community`` carries the scope; the rest narrows it."""

    community: Community
    building: Building | None = None
    compound: Compound | None = None
    text: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Opened:
    """A new case and the secret of its receipt (shown once, kept only as a digest)."""

    case: Case
    secret: str


def reserve_id() -> int:
    """The id of the case that comes next, so that row-level security can allow exactly that row."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('cases_case', 'id'))")
        return cursor.fetchone()[0]


def open_case(
    *, kind: str, title: str, place: Place, by: Actor, case_id: int, urgent: bool = False, channel: str = ""
) -> Opened:
    """Opens a case in its lifecycle's first state, starts its first clock and issues a receipt.

    ``case_id`` comes from :func:`reserve_id`; a resident's actor must already hold it. Staff open cases in the
    area of their post only (Forbidden elsewhere).
    """
    if by.role == "staff" and not by.covers(place.community.scope_code):
        raise Forbidden(
            _(
                "This place is not in the area of your current post. Switch posts, or let the community there record it."
            )
        )
    lifecycle = discovery.lifecycles()[kind]
    now = clock.now()
    local = clock.local(now)
    secret = new_secret()
    case = Case(
        id=case_id,
        kind=kind,
        title=title,
        scope_code=place.community.scope_code,
        community=place.community,
        building=place.building,
        compound=place.compound,
        place_text=place.text,
        lon=place.lon,
        lat=place.lat,
        state=lifecycle.first,
        urgent=urgent,
        opened_at=now,
    )
    first = lifecycle.limits[0]
    started = _new_clock(case, first.stage, None, now)
    case.due_at, case.due_provisional = started.due_at, started.provisional
    _save_with_a_free_number(case, lifecycle.prefix, local)
    started.save(force_insert=True)
    Receipt.objects.create(
        case=case, number=case.number, secret_digest=match_key(f"{case.number}:{secret}", "receipt")
    )
    Step.objects.bulk_create(
        [_step(case, 1, "open", "", case.state, now, by, "", True, {"channel": channel})]
    )
    _tell(case, "open", now, values={"title": title, "state": case.state})
    return Opened(case, secret)


def _save_with_a_free_number(case: Case, prefix: str, local: datetime) -> None:
    for _attempt in range(5):
        case.number = new_case_number(prefix, local.year, local.month)
        if _inserted(case):
            return
    raise Conflict(_("No free case number was found. Send the form again."))


def _inserted(case: Case) -> bool:
    """Inserts a new case unless its number is taken; spares the savepoint that a failed insert would need."""
    query = InsertQuery(Case, on_conflict=OnConflict.IGNORE)
    query.insert_values(Case._meta.concrete_fields, [case])
    with connection.cursor() as cursor:
        for statement, values in query.get_compiler(connection=connection).as_sql():
            cursor.execute(statement, values)
        fresh = cursor.rowcount == 1
    case._state.adding, case._state.db = not fresh, connection.alias
    return fresh


def claim(*, number: str, secret: str, address: str) -> Actor:
    """The holder of a case, after number and secret fit; rate-limited by number and by address.

    Changes the running transaction to that resident. A wrong pair raises Refused and tells nothing more; the
    right one forgets the tries of that number, so that who looks often is not locked out.
    """
    wrong = _(
        "The number and the secret do not fit. Compare both with your receipt; after eight tries wait 15 minutes."
    )
    try:
        number = clean_case_number(number)
    except ValueError as error:
        raise Refused(
            _("One digit of the number is wrong. Compare it with the receipt."), field="number"
        ) from error
    throttle.hit("claim", number, limit=CLAIM_TRIES, window=CLAIM_WINDOW)
    if address:
        throttle.hit("claim-from", address, limit=CLAIM_TRIES * 10, window=CLAIM_WINDOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "select cases_claim(%s, %s)", [number, match_key(f"{number}:{secret.strip()}", "receipt")]
        )
        case_id = cursor.fetchone()[0]
    if case_id is None:
        raise Refused(wrong, field="secret")
    throttle.clear("claim", number)
    holder = resident_actor(case_id)
    access_transaction.become(holder)
    return holder


@Prepared
def _locked(by: Actor, case_id: int) -> QuerySet[Case]:
    return (
        Case.objects.visible_to(by, purpose=by.work_purpose)
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=case_id)
    )


def lock(case_id: int, *, by: Actor) -> Case:
    """The case, locked until the transaction ends; Forbidden when the actor cannot see it."""
    case = next(iter(_locked(by, case_id)), None)
    if case is None:
        raise Forbidden(_("There is no such case in the area of your current post."))
    return case


def move(
    case: Case,
    code: str,
    *,
    by: Actor,
    seen_version: int | None = None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    limit: tuple[int, str] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Step:
    """Makes one move on a locked case (see :func:`lock`).

    ``data`` holds the move's fields (codes and ids); ``changes`` sets further columns of the case;
    ``limit`` overrides the amount and unit of the clock that starts. Raises Forbidden without the duty,
    Conflict when the case has moved since the page was read, Refused for missing fields.
    """
    lifecycle, given = case.lifecycle, dict(data or {})
    wanted = expect(case, code, by=by, seen_version=seen_version)
    missing = rules.missing_fields(wanted, given, note)
    if missing:
        raise Refused(
            _("“%(move)s” needs: %(fields)s. Fill it in and send again.")
            % {"move": wanted.label, "fields": ", ".join(missing)},
            field=missing[0],
        )
    now = clock.now()
    before, case.state, case.version = case.state, wanted.target, case.version + 1
    for name, value in (changes or {}).items():
        setattr(case, name, value)
    _run_clocks(case, wanted, limit, now)
    target = lifecycle.state(wanted.target)
    case.closed_at = now if target.final else None
    if target.settled and not lifecycle.state(before).settled:
        case.settled_at = now
    case.save(
        update_fields=[
            "state",
            "version",
            "due_at",
            "due_provisional",
            "closed_at",
            "settled_at",
            *(changes or {}),
        ]
    )
    step = _step(case, case.version + 1, code, before, case.state, now, by, note, wanted.public, given)
    Step.objects.bulk_create([step])
    _tell(case, code, now, values={"state": case.state, "note": note, **given})
    return step


def expect(case: Case, code: str, *, by: Actor, seen_version: int | None = None) -> Move:
    """The move, if this actor may make it on the locked case as it now stands; Forbidden or Conflict otherwise."""
    wanted = case.lifecycle.move(code)
    by.require(wanted.duty)
    _must_be_current(case, wanted, seen_version)
    return wanted


def remark(
    case: Case,
    *,
    by: Actor,
    note: str,
    public: bool = True,
    data: Mapping[str, Any] | None = None,
    code: str = "remark",
) -> Step:
    """Adds a note to a locked case without moving it."""
    if not note.strip() and not data:
        raise Refused(_("The note is empty. Write what you want to add."), field="note")
    now = clock.now()
    case.version += 1
    case.save(update_fields=["version"])
    step = _step(
        case, case.version + 1, code, case.state, case.state, now, by, note, public, dict(data or {})
    )
    Step.objects.bulk_create([step])
    audit.record(f"cases.{code}", SUBJECT, case.pk, scope_code=case.scope_code, values={"note": note})
    return step


def extend(
    case: Case, *, by: Actor, days: int, note: str, duty: str, seen_version: int | None = None
) -> Step:
    """Gives the running stage more working days, once approved; the resident sees the reason."""
    by.require(duty)
    _must_be_as_seen(case, seen_version)
    if not 1 <= days <= 30:
        raise Refused(_("An extension has 1 to 30 working days."), field="days")
    if not note.strip():
        raise Refused(_("An extension needs a reason that the resident can read."), field="note")
    running = _open_clock(case)
    if running is None:
        raise Refused(_("No clock runs on this case now, so there is nothing to extend."))
    running.extended += days
    due = calendar().add_working_days(running.due_at, days)
    running.due_at, running.provisional = due.at, due.provisional
    running.save(update_fields=["extended", "due_at", "provisional"])
    if running.paused_at is None:  # a clock that stands promises no date before it runs on
        case.due_at, case.due_provisional = due.at, due.provisional
        case.save(update_fields=["due_at", "due_provisional"])
    step = remark(case, by=by, note=note, data={"days": days, "due_at": due.at.isoformat()}, code="extend")
    _make_known(case, "extend", step.at)
    return step


def assign(case: Case, *, by: Actor) -> None:
    """Takes a case onto one's own post."""
    note_assignment(case, by=by)
    case.assignee_id = by.post_id
    case.save(update_fields=["assignee"])


def note_assignment(case: Case, *, by: Actor) -> None:
    """Audits that a move takes the case onto one's own post (``changes={"assignee_id": by.post_id}``)."""
    if by.post_id is None:
        raise Forbidden(_("Only a post can take on a case."))
    audit.record("cases.assign", SUBJECT, case.pk, scope_code=case.scope_code, values={"post": by.post_id})


def _must_be_as_seen(case: Case, seen_version: int | None) -> None:
    if seen_version is not None and seen_version != case.version:
        raise Conflict(
            _(
                "Somebody else has worked on this case since you opened it: it is now “%(state)s”. Look at it again before you go on."
            )
            % {"state": case.state_label}
        )


def _must_be_current(case: Case, wanted: Move, seen_version: int | None) -> None:
    _must_be_as_seen(case, seen_version)
    if case.state not in wanted.sources:
        raise Conflict(
            _("“%(move)s” is not possible while the case is “%(state)s”. Look at the case again.")
            % {"move": wanted.label, "state": case.state_label}
        )


def _step(
    case: Case,
    seq: int,
    code: str,
    before: str,
    after: str,
    at: datetime,
    by: Actor,
    note: str,
    public: bool,
    data: dict[str, Any],
) -> Step:
    return Step(
        case=case,
        scope_code=case.scope_code,
        seq=seq,
        move=code,
        from_state=before,
        to_state=after,
        at=at,
        post_id=by.post_id,
        organisation_id=by.organisation_id,
        note=note.strip(),
        public=public,
        data=data,
    )


def _open_clock(case: Case) -> Clock | None:
    return Clock._base_manager.filter(case_id=case.pk, stopped_at__isnull=True).order_by("-id").first()


def _new_clock(case: Case, stage: str, limit: tuple[int, str] | None, now: datetime) -> Clock:
    declared = case.lifecycle.limit(stage)
    amount, unit = limit or (declared.amount, declared.unit)
    due = calendar().add(now, amount, unit)
    return Clock(
        case=case,
        scope_code=case.scope_code,
        stage=stage,
        amount=amount,
        unit=unit,
        started_at=now,
        due_at=due.at,
        provisional=due.provisional,
    )


def _run_clocks(case: Case, wanted: Move, limit: tuple[int, str] | None, now: datetime) -> None:
    """Stops, pauses, resumes and starts stage clocks as the move says; sets the case's due date."""
    if wanted.stops or wanted.pauses or wanted.resumes:
        running = _open_clock(case)
        if running and running.stage in wanted.stops:
            _resume(running, now)
            running.stopped_at = now
            running.save(update_fields=["stopped_at", "due_at", "provisional", "paused_at", "paused_seconds"])
            case.due_at, case.due_provisional = None, False
        elif running and wanted.pauses:
            running.paused_at = now
            running.save(update_fields=["paused_at"])
            case.due_at, case.due_provisional = None, False
        elif running and wanted.resumes:
            _resume(running, now)
            running.save(update_fields=["due_at", "provisional", "paused_at", "paused_seconds"])
            case.due_at, case.due_provisional = running.due_at, running.provisional
    if wanted.starts:
        started = _new_clock(case, wanted.starts, limit, now)
        started.save(force_insert=True)
        case.due_at, case.due_provisional = started.due_at, started.provisional


def _resume(running: Clock, now: datetime) -> None:
    """Moves the due date by the working time that the pause took; a pause over a holiday took none."""
    if running.paused_at is None:
        return
    days = calendar()
    if running.unit == "hours":
        paused = (now - running.paused_at).total_seconds()
        running.due_at += timedelta(seconds=paused)
    elif paused := days.working_seconds(running.paused_at, now):
        due = days.add_working_hours(running.due_at, paused / 3600)
        running.due_at, running.provisional = due.at, due.provisional
    running.paused_seconds += int(paused)
    running.paused_at = None


def _tell(case: Case, code: str, now: datetime, *, values: Mapping[str, Any]) -> None:
    audit.record(f"cases.{code}", SUBJECT, case.pk, scope_code=case.scope_code, values=values)
    _make_known(case, code, now)


def _make_known(case: Case, code: str, at: datetime) -> None:
    publish(
        CaseMoved(
            case_id=case.pk,
            kind=case.kind,
            scope_code=case.scope_code,
            move=code,
            state=case.state,
            at=at.isoformat(),
            opened_at=case.opened_at.isoformat(),
        )
    )
