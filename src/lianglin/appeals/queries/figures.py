"""How the figures of appeals are computed, and the appeals that each of them opens into.

One condition serves a figure and the list behind it, so that both always agree. Four bases, each with the
instant that puts a row into a month: appeals by receipt; appeals by the day they fell due or were settled;
call-backs by their time; clocks that were overdue at the end of a month. The median of first responses stands
in :mod:`lianglin.appeals.queries.response`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Case as Choose
from django.db.models import CharField, Count, DateField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, TruncMonth
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import TOP, Actor, job
from lianglin.appeals import rules
from lianglin.appeals.models import CallBack, Exclusion, Field
from lianglin.appeals.queries import kinship
from lianglin.appeals.queries.asked import UNSORTED
from lianglin.appeals.queries.exclusions import granted
from lianglin.cases import queries as cases
from lianglin.cases.models import Case, Clock, Step
from lianglin.kit import clock
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.domain import Cell
from lianglin.kit.period import Period

Scopes = Collection[str] | None
EXCLUDED = ("refused", "redirected", "merged", "withdrawn")
"""Lawful endings that are in no settled rate and are shown apart."""
AGAIN = ("handle_again", "reopen")
TOGETHER = ("merge", "join")
OPEN_STATES = tuple(state.code for state in rules.LIFECYCLE.states if not state.final)
PROMISE = ("dispatch", "handle")
"""The stages whose clock is the promise: the latest of them says when an appeal falls due."""


def within(span: Period, field: str) -> Q:
    start, end = span.instants()
    return Q(**{f"{field}__gte": start, f"{field}__lt": end})


def scoped(scope_codes: Scopes, field: str = "scope_code") -> Q:
    """Only these communities. Through the case's own column, whose index also finds its clocks and call-backs."""
    return Q() if scope_codes is None else Q(**{f"{field}__in": list(scope_codes)})


def inside(prefix: str) -> Q:
    return Q(scope_code__gte=prefix, scope_code__lt=prefix + TOP)


def month_of(field: str) -> TruncMonth:
    return TruncMonth(field, tzinfo=CITY_ZONE, output_field=DateField())


# --- appeals by receipt ------------------------------------------------------------------------------------


def opened_in(span: Period) -> Q:
    return Q(kind=rules.KIND) & within(span, "opened_at")


_WAS_HANDLED_AGAIN = Q(Exists(Step._base_manager.filter(case=OuterRef("pk"), move__in=AGAIN)))
_WAS_PUT_TOGETHER = Q(Exists(Step._base_manager.filter(case=OuterRef("pk"), move__in=TOGETHER)))
BY_RECEIPT: dict[str, tuple[Q, Q | None]] = {
    "appeals.received": (Q(), None),
    "appeals.handled_again": (_WAS_HANDLED_AGAIN, Q()),
    "appeals.repeated": (_WAS_PUT_TOGETHER, Q()),
}


def by_receipt() -> dict[str, tuple[Q, Q | None]]:
    """The conditions over appeals by receipt, those that depend on the time among them."""
    late = Q(stopped_at__gt=F("due_at")) | Q(
        stopped_at__isnull=True, paused_at__isnull=True, due_at__lt=clock.now()
    )
    waited = Clock._base_manager.filter(late, case=OuterRef("pk"), stage="dispatch")
    return {**BY_RECEIPT, "appeals.ownerless": (Q(Exists(waited)), None)}


_MEMBERS: dict[str, Any] = {
    "appeals.by_channel": F("appeal__channel"),
    "appeals.by_field": Coalesce(F("appeal__item__category__field__code"), Value(UNSORTED)),
    "appeals.by_appellant": Choose(
        When(appeal__entity=True, then=Value("entity")),
        When(appeal__anonymous=True, then=Value("anonymous")),
        default=Value("resident"),
        output_field=CharField(),
    ),
    "appeals.by_item": Coalesce(F("appeal__item__code"), Value(UNSORTED)),
    "appeals.ended_otherwise": F("state"),
}


def _received(codes: Collection[str], span: Period, scope_codes: Scopes) -> Iterator[Cell]:
    asked = {code: both for code, both in by_receipt().items() if code in codes}
    base = Case.objects.visible_to(job(), purpose="system").filter(opened_in(span), scoped(scope_codes))
    yield from _counted(base, "opened_at", asked)
    for code in codes:
        if code in _MEMBERS:
            yield from _by_member(code, base)


def _by_member(code: str, base: QuerySet[Case]) -> Iterator[Cell]:
    if code == "appeals.ended_otherwise":
        base = base.filter(state__in=EXCLUDED)
    grouped = base.values("scope_code", month=month_of("opened_at"), member=_MEMBERS[code])
    for row in grouped.annotate(n=Count("pk")).order_by().iterator():
        yield Cell(code, row["month"], row["scope_code"], row["n"], None, row["member"])


def _counted(base: QuerySet[Any], field: str, asked: dict[str, tuple[Q, Q | None]]) -> Iterator[Cell]:
    """One statement for all measures over one base: per community and month, both counts of each."""
    if not asked:
        return
    counts = {}
    for index, (numerator, denominator) in enumerate(asked.values()):
        counts[f"n{index}"] = Count("pk", filter=numerator) if numerator else Count("pk")
        if denominator is not None:
            counts[f"d{index}"] = Count("pk", filter=denominator) if denominator else Count("pk")
    for row in base.values("scope_code", month=month_of(field)).annotate(**counts).order_by().iterator():
        for index, code in enumerate(asked):
            of = row.get(f"d{index}")
            if row[f"n{index}"] or of:
                yield Cell(code, row["month"], row["scope_code"], row[f"n{index}"], of)


# --- appeals by the day they fell due or were settled ------------------------------------------------------


def _promises(who: Actor, *, left_out: bool = False) -> QuerySet[Clock]:
    """The clock that is each appeal's promise: its latest for dispatch or handling. Excluded appeals have none.

    Without those that a ruling took out of the settled rate, or (``left_out``) those alone.
    """
    ruled = Q(case__in=granted("settled"))
    later = Clock._base_manager.filter(case=OuterRef("case"), stage__in=PROMISE, pk__gt=OuterRef("pk"))
    return (
        Clock.objects.visible_to(who, purpose=who.work_purpose)
        .filter(ruled if left_out else ~ruled, ~Exists(later), stage__in=PROMISE, case__kind=rules.KIND)
        .exclude(case__state__in=EXCLUDED)
    )


def kept_limit(who: Actor, span: Period, *, left_out: bool = False) -> QuerySet[Clock]:
    """Settled within the limit, in this span."""
    return _promises(who, left_out=left_out).filter(
        within(span, "case__settled_at"), case__settled_at__lte=F("due_at")
    )


def fell_late(who: Actor, span: Period, *, left_out: bool = False) -> QuerySet[Clock]:
    """Fell due in this span, before now, and was not settled by then; what waits lawfully is not due."""
    unsettled = Q(case__settled_at__isnull=True, paused_at__isnull=True) | Q(case__settled_at__gt=F("due_at"))
    fell_due = _promises(who, left_out=left_out).filter(
        within(span, "due_at"), unsettled, due_at__lte=clock.now()
    )
    return fell_due.alias(month_due=month_of("due_at"), month_settled=month_of("case__settled_at"))


WITHIN_THE_MONTH = Q(month_settled=F("month_due"))
_NOT_WITHIN_THE_MONTH = Q(month_settled__isnull=True) | Q(month_settled__gt=F("month_due"))


def _settled(codes: Collection[str], span: Period, scope_codes: Scopes) -> Iterator[Cell]:
    asked = {"appeals.settled", "appeals.on_time"}.intersection(codes)
    if not asked:
        return
    found: dict[tuple[str, date], list[int]] = {}
    early = kept_limit(job(), span).filter(scoped(scope_codes, "case__scope_code"))
    early = early.values("scope_code", month=month_of("case__settled_at"))
    for row in early.annotate(n=Count("pk")).order_by():
        found.setdefault((row["scope_code"], row["month"]), [0, 0, 0])[0] = row["n"]
    late = (
        fell_late(job(), span)
        .filter(scoped(scope_codes, "case__scope_code"))
        .values("scope_code", month=month_of("due_at"))
    )
    for row in late.annotate(n=Count("pk"), settled=Count("pk", filter=WITHIN_THE_MONTH)).order_by():
        found.setdefault((row["scope_code"], row["month"]), [0, 0, 0])[1:] = [row["n"], row["settled"]]
    for (scope_code, month), (in_time, too_late, settled_late) in found.items():
        total = in_time + too_late
        if "appeals.settled" in asked:
            yield Cell("appeals.settled", month, scope_code, in_time + settled_late, total)
        if "appeals.on_time" in asked:
            yield Cell("appeals.on_time", month, scope_code, in_time, total)


def _settled_rows(code: str, who: Actor, prefix: str, span: Period, part: str) -> QuerySet[Case]:
    early = kept_limit(who, span).filter(inside(prefix)).values("case_id")
    late = fell_late(who, span).filter(inside(prefix)).values("case_id")
    then_settled = late.filter(WITHIN_THE_MONTH)
    still_open = late.filter(_NOT_WITHIN_THE_MONTH)
    wanted = {
        ("appeals.settled", "numerator"): early.union(then_settled, all=True),
        ("appeals.settled", "rest"): still_open,
        ("appeals.on_time", "numerator"): early,
        ("appeals.on_time", "rest"): late,
    }.get((code, part), early.union(late, all=True))
    return cases.visible(who).filter(pk__in=wanted).order_by("-opened_at", "-id")


# --- call-backs --------------------------------------------------------------------------------------------

_HEARD = Q(reached=True)
_LATER = CallBack._base_manager.filter(case=OuterRef("case"), reached=True, pk__gt=OuterRef("pk"))
CALLS: dict[str, tuple[Q, Q, str]] = {
    "appeals.solved_rate": (_HEARD & Q(solved="yes"), _HEARD, "solved"),
    "appeals.satisfied": (
        _HEARD & Q(grade__gte=rules.SATISFIED_FROM),
        _HEARD & Q(grade__isnull=False),
        "satisfied",
    ),
    "appeals.reached": (Q(online=False, reached=True), Q(online=False), "reached"),
}
"""Rates over call-backs: both conditions before any ruling, and the figure a ruling names."""
BY_CALL: dict[str, tuple[Q, Q | None]] = {
    "appeals.solved": (_HEARD & Q(solved="yes") & ~Q(Exists(_LATER)), None),
    **{
        code: (numerator & ~Q(case__in=granted(figure)), denominator & ~Q(case__in=granted(figure)))
        for code, (numerator, denominator, figure) in CALLS.items()
    },
}


def _called(codes: Collection[str], span: Period, scope_codes: Scopes) -> Iterator[Cell]:
    base = CallBack.objects.visible_to(job(), purpose="system").filter(
        within(span, "at"), scoped(scope_codes, "case__scope_code")
    )
    yield from _counted(base, "at", {code: BY_CALL[code] for code in codes if code in BY_CALL})


# --- overdue at the end of a month -------------------------------------------------------------------------


def _stock_instants(span: Period) -> dict[date, datetime]:
    """Month -> the instant at which its stock is taken: its end, or now in the running month."""
    now = clock.now()
    ends = {month.start: month.instants() for month in span.months()}
    return {month: min(end, now) for month, (start, end) in ends.items() if start <= now}


def overdue_now(who: Actor) -> QuerySet[Case]:
    return cases.visible(who).filter(kind=rules.KIND, state__in=OPEN_STATES, due_at__lt=clock.now())


_EVER_LATE = Q(stopped_at__isnull=True) | Q(stopped_at__gt=F("due_at"))
"""What was late at any instant is among these; said in the words of the index cases_clock_late, which holds no other."""


def overdue_at(who: Actor, instant: datetime) -> QuerySet[Clock]:
    running_then = Q(stopped_at__isnull=True, paused_at__isnull=True) | Q(stopped_at__gte=instant)
    clocks = Clock.objects.visible_to(who, purpose=who.work_purpose)
    return clocks.filter(_EVER_LATE, running_then, case__kind=rules.KIND, due_at__lt=instant)


def _overdue(codes: Collection[str], span: Period, scope_codes: Scopes) -> Iterator[Cell]:
    if "appeals.overdue" not in codes:
        return
    now = clock.now()
    for month, instant in _stock_instants(span).items():
        found = overdue_now(job()) if instant >= now else overdue_at(job(), instant)
        grouped = found.select_related(None).filter(scoped(scope_codes)).values("scope_code")
        for row in grouped.annotate(n=Count("pk")).order_by():
            yield Cell("appeals.overdue", month, row["scope_code"], row["n"])


def _overdue_rows(who: Actor, prefix: str, span: Period) -> QuerySet[Case]:
    start, end = span.instants()
    if start <= clock.now() < end:
        return overdue_now(who).filter(inside(prefix)).order_by("due_at", "id")
    late = overdue_at(who, min(end, clock.now())).filter(inside(prefix)).values("case_id")
    return cases.visible(who).filter(pk__in=late).order_by("-opened_at", "-id")


# --- left out by ruling, by the month of the ruling ----------------------------------------------------------


def _ruled(who: Actor, span: Period) -> QuerySet[Exclusion]:
    seen = Exclusion.objects.visible_to(who, purpose=who.work_purpose)
    return seen.filter(within(span, "ruled_at"), state=Exclusion.State.GRANTED)


def _left_out(codes: Collection[str], span: Period, scope_codes: Scopes) -> Iterator[Cell]:
    if "appeals.left_out" in codes:
        found = (
            _ruled(job(), span)
            .filter(scoped(scope_codes))
            .values("scope_code", "figure", month=month_of("ruled_at"))
        )
        for row in found.annotate(n=Count("pk")).order_by():
            yield Cell("appeals.left_out", row["month"], row["scope_code"], row["n"], None, row["figure"])


# --- what the manifest names -------------------------------------------------------------------------------


def cells(codes: Collection[str], span: Period, scope_codes: Scopes) -> Iterable[Cell]:
    """All asked figures of appeals for the months of ``span``, in the given communities or in all."""
    yield from _received(codes, span, scope_codes)
    yield from _settled(codes, span, scope_codes)
    yield from _called(codes, span, scope_codes)
    yield from _overdue(codes, span, scope_codes)
    yield from _left_out(codes, span, scope_codes)


def rows(code: str, actor: Actor, prefix: str, span: Period, part: str, member: str = "") -> QuerySet[Any]:
    """The appeals (or call-backs) behind one count of a figure below ``prefix``, ordered."""
    if code in ("appeals.settled", "appeals.on_time"):
        return _settled_rows(code, actor, prefix, span, part)
    if code == "appeals.overdue":
        return _overdue_rows(actor, prefix, span)
    if code == "appeals.left_out":
        ruled = _ruled(actor, span).filter(inside(prefix), **({"figure": member} if member else {}))
        return cases.visible(actor).filter(pk__in=ruled.values("case_id")).order_by("-opened_at", "-id")
    if code in BY_CALL:
        heard = CallBack.objects.visible_to(actor, purpose=actor.work_purpose)
        heard = heard.filter(within(span, "at"), inside(prefix)).defer("note")
        heard = heard.select_related("case__community", "case__building")
        return _part(heard, *BY_CALL[code], part).order_by("-at", "-id")
    opened = cases.visible(actor).filter(opened_in(span), inside(prefix)).order_by("-opened_at", "-id")
    if code in _MEMBERS:
        states = opened.filter(state__in=EXCLUDED) if code == "appeals.ended_otherwise" else opened
        members = member.split("+")  # several: items that are compared as one (queries/kinship.py)
        return states.alias(member=_MEMBERS[code]).filter(member__in=members) if member else states
    return _part(opened, *by_receipt()[code], part)


def _part(found: QuerySet[Any], numerator: Q, denominator: Q | None, part: str) -> QuerySet[Any]:
    if part == "numerator" or denominator is None:
        return found.filter(numerator)
    found = found.filter(denominator)
    return found if part == "denominator" else found.exclude(numerator)


def months_touched(case_id: int) -> set[date]:
    """The months in which a move of this case may have changed a figure: those of its steps and limits."""
    steps = Step._base_manager.filter(case_id=case_id).values_list("at", flat=True)
    limits = Clock._base_manager.filter(case_id=case_id, due_at__lte=clock.now())
    instants = steps.union(limits.values_list("due_at", flat=True))
    return {clock.local(instant).date().replace(day=1) for instant in instants}


# --- what the members of a breakdown are called ------------------------------------------------------------


def channels() -> dict[str, Any]:
    """Channel -> label."""
    return dict(rules.CHANNELS)


def otherwise() -> dict[str, Any]:
    """Ending that is in no settled rate -> label."""
    return {code: rules.LIFECYCLE.state(code).label for code in EXCLUDED}


def left_out_of() -> dict[str, Any]:
    """Rate that rulings take matters out of -> label."""
    return dict(Exclusion.Figure.choices)


def not_dispatched() -> Any:
    """What a matter without a responsible unit is listed under."""
    return _("no unit: answered on the spot, or not dispatched")


def appellants() -> dict[str, Any]:
    """Kind of appellant -> label."""
    return {"resident": _("private persons"), "entity": _("businesses"), "anonymous": _("without a name")}


def fields() -> dict[str, Any]:
    """Field code -> label, of the newest catalogue that has it."""
    found: dict[str, Any] = {field.code: field.label for field in Field.objects.order_by("pk")}
    return found | {UNSORTED: _("not yet classed")}


def items() -> dict[str, Any]:
    """Item code -> label, of the newest catalogue that has it; of one that is no more with what became of it."""
    return kinship.labels() | {UNSORTED: _("not yet classed")}
