"""The API of problem classes: the permissions and the two people of the pages, keyset cursors, Idempotency-Key on POST."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Header, Path, Query, Router, Status

from lianglin.access.actor import Actor
from lianglin.access.api import PROBLEMS, staff
from lianglin.appeals.actions import problems as actions
from lianglin.appeals.api import showing
from lianglin.appeals.api.problem_schemas import (
    AddedOut,
    CasesIn,
    CursorIn,
    ProblemCasesOut,
    ProblemDetailOut,
    ProblemFilters,
    ProblemIn,
    ProblemOut,
    ProblemPageOut,
    StepIn,
    TakeOutIn,
)
from lianglin.appeals.api.problem_steps import STEPS, unit_of
from lianglin.appeals.models import ProblemClass
from lianglin.appeals.queries import problems as queries
from lianglin.appeals.queries import worklists
from lianglin.appeals.views.problem_deeds import offered
from lianglin.kit.errors import Missing, Refused
from lianglin.kit.idempotency import LONGEST, SHORTEST, once
from lianglin.kit.paging import page

router = Router()
PAGE = 50
Key = Annotated[
    str | None,
    Header(  # pyright: ignore[reportCallIssue] - ninja makes it at run time
        alias="Idempotency-Key",
        min_length=SHORTEST,
        max_length=LONGEST,
        description="the same key and body do the work once",
    ),
]
Which = Annotated[int, Path(ge=1, le=2**62)]  # pyright: ignore[reportCallIssue] - ninja makes it at run time


def _reader(request: HttpRequest) -> Actor:
    actor: Actor = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    actor.require("appeals.read")
    return actor


def _find(actor: Actor, pk: int) -> ProblemClass:
    found = queries.find(actor, pk)
    if found is None:
        raise Missing(_("There is no such problem class in the area of your current post."))
    return found


def _once(request: HttpRequest, actor: Actor, what: str, key: str | None, work: Any) -> Any:
    return Status(
        *once(
            who=f"account:{actor.account_id}:problem:{what}", key=key or "", body=request.body, produce=work
        )
    )


@router.get("", response={200: ProblemPageOut, **PROBLEMS}, auth=staff, url_name="appeals_problems")
def list_problems(request: HttpRequest, filters: Query[ProblemFilters]) -> Any:
    """The problem classes of the post's area (or given to its unit), newest first, 50 a page."""
    actor = _reader(request)
    rows = queries.classes(
        actor, state=filters.state or "", place=filters.place or "", field=filters.field or ""
    )
    found = page(rows, "-id", cursor=filters.cursor, size=PAGE)
    counts = queries.with_counts(found.rows, actor)
    return {
        "rows": [_row(one, counts) for one in found.rows],
        "newer": found.newer,
        "older": found.older,
    }


@router.post("", response={201: ProblemOut, **PROBLEMS}, auth=staff, url_name="appeals_problem_make")
def make(request: HttpRequest, given: ProblemIn, idempotency_key: Key = None) -> Any:
    """Puts a class together; it is a candidate until a second person confirms it."""
    actor = _reader(request)

    def work() -> tuple[int, dict[str, Any]]:
        drawn = actions.Drawn(
            given.title, given.breadth, given.codes, given.area, given.first_day, given.last_day,
            unit_of(given.owner, "owner"), given.promised_on,
        )  # fmt: skip
        made = actions.make(by=actor, drawn=drawn, case_ids=_cases(actor, given.numbers), reason=given.reason)
        shown = _row(made, queries.with_counts([made], actor))
        return 201, ProblemOut.model_validate(shown).model_dump(mode="json")

    return _once(request, actor, "make", idempotency_key, work)


@router.get("{problem}", response={200: ProblemDetailOut, **PROBLEMS}, auth=staff, url_name="appeals_problem")
def detail(request: HttpRequest, problem: Which) -> Any:
    """One class with its causes, measures, effects and history, and the steps that this post can take now."""
    actor = _reader(request)
    return _detail(_find(actor, problem), actor)


@router.post(
    "{problem}/steps/{step}",
    response={200: ProblemDetailOut, **PROBLEMS},
    auth=staff,
    url_name="appeals_problem_step",
)
def take_step(
    request: HttpRequest, problem: Which, step: str, given: StepIn, idempotency_key: Key = None
) -> Any:
    """Takes one step of a class's life. 409 when it stands otherwise by now, 403 where a second person is needed."""
    actor = _reader(request)
    if step not in STEPS:
        raise Missing(_("There is no such step."))
    found = _find(actor, problem)

    def work() -> tuple[int, dict[str, Any]]:
        STEPS[step](found, actor, given)
        return 200, ProblemDetailOut.model_validate(_detail(_find(actor, problem), actor)).model_dump(
            mode="json"
        )

    return _once(request, actor, f"{problem}:{step}", idempotency_key, work)


@router.get(
    "{problem}/cases",
    response={200: ProblemCasesOut, **PROBLEMS},
    auth=staff,
    url_name="appeals_problem_cases",
)
def list_cases(request: HttpRequest, problem: Which, filters: Query[CursorIn]) -> Any:
    """The appeals in a class that this post may read by itself: a class opens no appeal to anybody."""
    actor = _reader(request)
    found = page(queries.cases_of(_find(actor, problem), actor), "-id", cursor=filters.cursor, size=PAGE)
    return {"rows": [showing.row(case) for case in found.rows], "newer": found.newer, "older": found.older}


@router.post(
    "{problem}/cases", response={200: AddedOut, **PROBLEMS}, auth=staff, url_name="appeals_problem_add"
)
def add_cases(request: HttpRequest, problem: Which, given: CasesIn, idempotency_key: Key = None) -> Any:
    """Puts appeals into a class. All or none; those that may not are named in the refusal."""
    actor = _reader(request)
    found = _find(actor, problem)

    def work() -> tuple[int, dict[str, Any]]:
        ids = _cases(actor, given.numbers)
        added = actions.add_cases(found.pk, by=actor, case_ids=ids, reason=given.reason)
        return 200, {"added": added, "cases": queries.with_counts([found], actor).get(found.pk, 0)}

    return _once(request, actor, f"{problem}:add", idempotency_key, work)


@router.post(
    "{problem}/cases/remove",
    response={200: AddedOut, **PROBLEMS},
    auth=staff,
    url_name="appeals_problem_remove",
)
def remove_case(request: HttpRequest, problem: Which, given: TakeOutIn, idempotency_key: Key = None) -> Any:
    """Takes an appeal out of a class, with the reason; that it was in it stays in the history."""
    actor = _reader(request)
    found = _find(actor, problem)

    def work() -> tuple[int, dict[str, Any]]:
        (case_id,) = _cases(actor, [given.number])
        actions.remove_case(found.pk, by=actor, case_id=case_id, reason=given.reason)
        return 200, {"added": 0, "cases": queries.with_counts([found], actor).get(found.pk, 0)}

    return _once(request, actor, f"{problem}:remove", idempotency_key, work)


def _cases(actor: Actor, numbers: list[str]) -> list[int]:
    """The appeals with these numbers; refused where the post does not see one."""
    wanted = list(dict.fromkeys(numbers))
    found = dict(worklists.appeals(actor).filter(number__in=wanted).values_list("number", "pk"))
    if missing := [number for number in wanted if number not in found]:
        raise Refused(
            _("There is no such appeal in the area of your current post: %(numbers)s")
            % {"numbers": ", ".join(missing[:10])},
            field="numbers",
        )
    return [found[number] for number in wanted]


def _row(one: ProblemClass, counts: dict[int, int]) -> dict[str, Any]:
    return {
        "id": one.pk, "title": one.title, "area": one.scope_code, "breadth": one.breadth, "codes": one.codes,
        "first_day": one.first_day, "last_day": one.last_day, "state": one.state,
        "state_label": str(one.get_state_display()),  # pyright: ignore[reportAttributeAccessIssue]
        "owner": one.owner.code, "promised_on": one.promised_on, "cases": counts.get(one.pk, 0),
        "rises": one.rises_since is not None, "sample": one.sample,
    }  # fmt: skip


def _detail(one: ProblemClass, actor: Actor) -> dict[str, Any]:
    parts = queries.parts(one, actor)
    return {
        **_row(one, queries.with_counts([one], actor)),
        "origin": one.origin, "confirmed_at": one.confirmed_at, "closed_at": one.closed_at, "closed_with": one.closed_with,
        "told": parts.shown is not None and parts.shown.visible,
        "causes": [{"kind": cause.kind, "text": cause.text, "at": cause.at} for cause in parts.causes],
        "measures": [
            {
                "id": measure.pk, "kind": measure.kind, "title": measure.title, "unit": measure.unit.code,
                "document_no": measure.document_no, "effective_on": measure.effective_on, "project": measure.project_id,
                "campaign": measure.campaign_id,
            }
            for measure in parts.measures
        ],
        "effects": [
            {name: getattr(found, name) for name in EFFECT} for found in parts.effects
        ],
        "steps": [
            {
                "at": step.at, "move": step.move, "to_state": step.to_state, "note": step.note,
                "organisation": step.post.organisation.label if step.post else "",
            }
            for step in parts.steps
        ],
        "moves": list(offered(one, parts, actor)),
    }  # fmt: skip


EFFECT = (
    "after_first", "after_last", "before_first", "before_last", "before", "after", "rest_before", "rest_after", "ratio",
    "low", "high", "verdict",
)  # fmt: skip
