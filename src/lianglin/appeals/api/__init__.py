"""The API of appeals: the same permissions as the pages, keyset cursors, Idempotency-Key on POST."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Status
from ninja.responses import NinjaJSONEncoder

from lianglin.access.actor import Actor
from lianglin.access.api import PROBLEMS, anybody, staff
from lianglin.appeals import actions, rules
from lianglin.appeals.api import hotlines, problems
from lianglin.appeals.api.finding import find, item_by, place_of
from lianglin.appeals.api.moves import MOVES, arguments
from lianglin.appeals.api.schemas import (
    Claim,
    DetailOut,
    FieldOut,
    Filters,
    MoveIn,
    Number,
    PageOut,
    Receipt,
    Report,
)
from lianglin.appeals.api.showing import detail_of, row
from lianglin.appeals.queries.catalogue import choices
from lianglin.appeals.rules.emergency import numbers_for
from lianglin.cases import actions as case_actions
from lianglin.cases import queries as cases
from lianglin.kit import clock, throttle
from lianglin.kit.errors import Missing
from lianglin.kit.idempotency import LONGEST, SHORTEST, once
from lianglin.kit.paging import page

__all__ = ["PageOut", "router"]
router = Router()
router.add_router("hotlines/", hotlines.router)
router.add_router("problems/", problems.router)
PAGE = 50
SUBMIT_TRIES = 60
"""Reports that one address may send in a window without a login."""
Key = Annotated[
    str | None,
    Header(  # pyright: ignore[reportCallIssue] - ninja makes it at run time
        alias="Idempotency-Key",
        min_length=SHORTEST,
        max_length=LONGEST,
        description="the same key and body do the work once",
    ),
]


@router.get("catalogue", response={200: list[FieldOut]}, auth=None, url_name="appeals_catalogue")
def catalogue(request: HttpRequest) -> Any:
    """The newest catalogue: 5 fields, 26 classes, 96 items (sample)."""
    known = choices()
    return [
        {
            "code": f.code,
            "name": f.name,
            "name_en": f.name_en,
            "categories": [
                {"code": c.code, "name": c.name, "name_en": c.name_en, "items": known.items[c.code]}
                for c in known.categories[f.code]
            ],
        }
        for f in known.fields
    ]


@router.get("", response={200: PageOut, **PROBLEMS}, auth=staff, url_name="appeals_list")
def list_appeals(request: HttpRequest, filters: Query[Filters]) -> Any:
    """The appeals of the post's area (or granted to its unit), newest first, 50 a page."""
    actor: Actor = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    actor.require("appeals.read")
    rows = cases.visible(actor).filter(kind=rules.KIND)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.overdue:
        rows = rows.filter(due_at__lt=clock.now())
    found = page(rows, "-id", cursor=filters.cursor, size=PAGE)
    answer = {"rows": [row(case) for case in found.rows], "newer": found.newer, "older": found.older}
    # Written as it is: checking fifty rows against PageOut on the way out would cost more than reading them.
    return JsonResponse(answer, encoder=NinjaJSONEncoder, content_type="application/json; charset=utf-8")


@router.post("", response={201: Receipt, **PROBLEMS}, auth=anybody, url_name="appeals_create")
def create(request: HttpRequest, report: Report, idempotency_key: Key = None) -> Any:
    """Reports a matter. Anybody may; staff record what they were told. Answers with number and secret."""
    actor: Actor = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    if actor.role != "staff":
        throttle.hit(
            "submit-from",
            throttle.client_address(request),
            limit=SUBMIT_TRIES,
            window=case_actions.CLAIM_WINDOW,
        )

    def work() -> tuple[int, dict[str, Any]]:
        made = actions.submit(
            by=actor,
            place=place_of(report),
            text=report.text,
            title=report.title,
            item=item_by(report.item),
            channel=report.channel if actor.role == "staff" else "api",
            answers=report.answers,
            reporter=actions.Reporter(
                name=report.name,
                phone=report.phone,
                entity=report.entity or bool(report.entity_name),
                entity_name=report.entity_name,
                uscc=report.uscc,
                headcount=report.headcount,
                representatives=tuple((one.name, one.phone) for one in report.representatives),
            ),
        )
        case = made.case
        return 201, {
            "number": case.number,
            "secret": made.secret,
            "state": case.state,
            "due_at": case.due_at.isoformat() if case.due_at else None,
            "due_provisional": case.due_provisional,
            "call_now": list(numbers_for(report.text)),
        }

    who = f"account:{actor.account_id}" if actor.account_id else "public"
    return Status(*once(who=who, key=idempotency_key or "", body=request.body, produce=work))


@router.post("track", response={200: DetailOut, **PROBLEMS}, auth=anybody, url_name="appeals_track")
def track(request: HttpRequest, claim: Claim) -> Any:
    """One's own appeal, by the number and the secret of the receipt; eight tries in 15 minutes."""
    holder = case_actions.claim(
        number=claim.number, secret=claim.secret, address=throttle.client_address(request)
    )
    return detail_of(find(holder, case_id=holder.case_id), holder)


@router.get("{number}", response={200: DetailOut, **PROBLEMS}, auth=staff, url_name="appeals_detail")
def detail(request: HttpRequest, number: Number) -> Any:
    """One appeal with its public steps and the moves this post may make."""
    actor: Actor = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    actor.require("appeals.read")
    return detail_of(find(actor, number=number), actor)


@router.post(
    "{number}/moves/{code}", response={200: DetailOut, **PROBLEMS}, auth=staff, url_name="appeals_move"
)
def make_move(
    request: HttpRequest, number: Number, code: str, move: MoveIn, idempotency_key: Key = None
) -> Any:
    """Makes one move of the lifecycle. 409 when somebody else was first: read the appeal again."""
    actor: Actor = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    actor.require("appeals.read")
    if code not in MOVES:
        raise Missing(_("There is no such move."))
    case = find(actor, number=number)

    def work() -> tuple[int, dict[str, Any]]:
        function, names = MOVES[code]
        changed = function(case.pk, by=actor, seen_version=move.seen_version, **arguments(actor, move, names))
        changed.community = case.community  # a case stays where it is: not read twice
        return 200, DetailOut.model_validate(detail_of(changed, actor)).model_dump(mode="json")

    who = f"account:{actor.account_id}:{number}:{code}"
    return Status(*once(who=who, key=idempotency_key or "", body=request.body, produce=work))
