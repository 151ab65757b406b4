"""Reads of rights requests: one's own, the desk's, one of them; and how many were answered in time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.db.models import F, QuerySet

from lianglin.access.actor import TOP, Actor, job
from lianglin.access.models import Post
from lianglin.access.transaction import acting
from lianglin.cases import queries as cases
from lianglin.cases.models import Case, Clock
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Cell
from lianglin.kit.period import Period
from lianglin.privacy.models import Petitioner, RightsRequest
from lianglin.privacy.rules import ASKED, IN_TIME, KIND

OFFICER = "privacy.decide"
MINE = 50
"""Most requests that a person is shown."""


def officers() -> list[int]:
    """Units with a post in force whose duties decide on requests."""
    deciding = [code for code in _roles() if OFFICER in _duties(code)]
    posts = Post.objects.in_force().filter(role_code__in=deciding)
    return list(posts.values_list("organisation_id", flat=True).distinct())


def _roles() -> list[str]:
    return [kind.code for kind in discovery.each("roles")]


def _duties(code: str) -> set[str]:
    return {duty for found in discovery.manifests() for duty in found.role_duties.get(code, ())}


def mine(actor: Actor) -> list[Case]:
    """The requests of a resident who logged in, newest first. Which are theirs, the policies say; then their states."""
    if actor.resident_id is None:
        return []
    own = Petitioner.objects.visible_to(actor, purpose="own_data").order_by("-pk")
    found = list(own.values_list("pk", "scope_code")[:MINE])
    if not found:
        return []
    scopes = sorted({scope for _pk, scope in found})
    with acting(job(scopes[0], scopes[-1] + TOP)) as reader:
        seen = Case.objects.visible_to(reader, purpose="system").filter(pk__in=[pk for pk, _scope in found])
        return list(seen.filter(kind=KIND).select_related("rights_request").order_by("-pk"))


def held_request(actor: Actor) -> Case | None:
    """The request whose receipt was shown; None when the matter held is another kind."""
    if actor.case_id is None:
        return None
    found = Case.objects.visible_to(actor, purpose="own_case").filter(kind=KIND)
    return found.select_related("rights_request", "community").defer("community__geometry").first()


def worklist(actor: Actor) -> QuerySet[Case]:
    """The requests that this actor may see (an officer: as a handler of the unit). Page it by ("-id")."""
    return (
        cases.visible(actor)
        .filter(kind=KIND)
        .select_related("community", "rights_request")
        .only(*_LIST, "rights_request__kind", "rights_request__acting_for")
    )


_LIST = (
    "id", "number", "kind", "title", "scope_code", "state", "outcome", "urgent", "opened_at", "due_at",
    "due_provisional", "closed_at", "version", "sample", "community__name", "community__name_en", "place_text",
    "settled_at", "assignee_id", "building__address", "owner__name", "owner__name_en",
)  # fmt: skip


def find(actor: Actor, number: str) -> Case | None:
    """One request by its number, as far as the actor may see it."""
    return worklist(actor).filter(number=number).first()


def request_of(case: Case, actor: Actor) -> RightsRequest:
    """What is asked in a case that the actor sees."""
    return RightsRequest.objects.visible_to(actor, purpose=actor.work_purpose).get(pk=case.pk)


# --- figures ---------------------------------------------------------------------------------------------


def cells(codes: Iterable[str], span: Period, scope_codes: Any) -> Iterable[Cell]:
    """Requests received, and those answered in time among those answered, per community and month."""
    wanted = set(codes)
    with_scope = {} if scope_codes is None else {"scope_code__in": list(scope_codes)}
    first, last = _instants(span)
    if ASKED in wanted:
        opened = Case._base_manager.filter(kind=KIND, opened_at__gte=first, opened_at__lt=last, **with_scope)
        yield from _counted(ASKED, opened.values_list("scope_code", "opened_at"))
    if IN_TIME in wanted:
        clocks = Clock._base_manager.filter(
            case__kind=KIND, stage="answer", stopped_at__gte=first, stopped_at__lt=last, **with_scope
        ).exclude(case__state="withdrawn")
        yield from _rates(clocks.values_list("scope_code", "stopped_at", "due_at"))


def _instants(span: Period) -> tuple[datetime, ...]:
    return tuple(datetime.combine(day, time(0), clock.CITY_ZONE) for day in (span.start, span.end))


def _counted(code: str, rows: Iterable[tuple[str, Any]]) -> Iterable[Cell]:
    counts: dict[tuple[str, Any], int] = {}
    for scope, at in rows:
        key = (scope, clock.local(at).date().replace(day=1))
        counts[key] = counts.get(key, 0) + 1
    for (scope, month), number in counts.items():
        yield Cell(code, month, scope, number)


def _rates(rows: Iterable[tuple[str, Any, Any]]) -> Iterable[Cell]:
    counts: dict[tuple[str, Any], list[int]] = {}
    for scope, stopped, due in rows:
        found = counts.setdefault((scope, clock.local(stopped).date().replace(day=1)), [0, 0])
        found[0] += stopped <= due
        found[1] += 1
    for (scope, month), (kept, all_of_them) in counts.items():
        yield Cell(IN_TIME, month, scope, kept, all_of_them)


def rows_behind(code: str, actor: Actor, prefix: str, span: Period, part: str, member: str) -> QuerySet[Case]:
    """The requests behind a figure, for those who may see them."""
    first, last = _instants(span)
    found = cases.visible(actor).filter(kind=KIND, scope_code__gte=prefix, scope_code__lt=prefix + TOP)
    if code == ASKED:
        return found.filter(opened_at__gte=first, opened_at__lt=last).order_by("-id")
    answered = found.filter(
        clocks__stage="answer", clocks__stopped_at__gte=first, clocks__stopped_at__lt=last
    )
    answered = answered.exclude(state="withdrawn")
    if part == "numerator":
        answered = answered.filter(clocks__stopped_at__lte=F("clocks__due_at"))
    elif part == "rest":
        answered = answered.filter(clocks__stopped_at__gt=F("clocks__due_at"))
    return answered.order_by("-id")
