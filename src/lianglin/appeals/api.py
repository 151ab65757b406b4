"""The API of appeals: the same permissions as the pages, keyset cursors, Idempotency-Key on POST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Field, Header, Query, Router, Schema, Status
from ninja.responses import NinjaJSONEncoder

from lianglin.access.actor import Actor
from lianglin.access.api import PROBLEMS, STORABLE, anybody, staff
from lianglin.access.models import Organisation
from lianglin.access.prepared import Prepared
from lianglin.appeals import actions, rules
from lianglin.appeals.models import Appeal, Item
from lianglin.appeals.queries.catalogue import choices, item_of
from lianglin.cases import actions as case_actions
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import clock, throttle
from lianglin.kit.errors import Refused
from lianglin.kit.idempotency import LONGEST, SHORTEST, once
from lianglin.kit.ids import clean_case_number
from lianglin.kit.paging import page
from lianglin.places.models import Building, Community

router = Router()
PAGE = 50
SUBMIT_TRIES = 60
"""Reports that one address may send in a window without a login."""
STATES = tuple(state.code for state in rules.LIFECYCLE.states)
State = Literal[STATES]  # pyright: ignore[reportInvalidTypeForm] - one list of states, in rules
Key = Annotated[
    str | None,
    Header(  # pyright: ignore[reportCallIssue] - ninja makes it at run time
        alias="Idempotency-Key",
        min_length=SHORTEST,
        max_length=LONGEST,
        description="the same key and body do the work once",
    ),
]
Number = Annotated[str, Field(pattern=r"^[A-Z]{1,2}\d{12}$")]


class ItemOut(Schema):
    code: str
    name: str
    name_en: str
    limit_days: int
    urgent_hours: int | None


class CategoryOut(Schema):
    code: str
    name: str
    name_en: str
    items: list[ItemOut]


class FieldOut(Schema):
    code: str
    name: str
    name_en: str
    categories: list[CategoryOut]


class CaseOut(Schema):
    """One case as lists show it."""

    number: str
    title: str
    state: str
    state_label: str
    outcome: str
    urgent: bool
    scope_code: str
    place: str
    opened_at: datetime
    due_at: datetime | None
    due_provisional: bool
    overdue: bool
    version: int


class StepOut(Schema):
    at: datetime
    move: str
    to_state: str
    note: str
    organisation: str


class DetailOut(CaseOut):
    text: str
    item: str
    item_label: str
    channel: str
    owner: str
    settled_at: datetime | None
    closed_at: datetime | None
    moves: list[str]
    steps: list[StepOut]


class PageOut(Schema):
    rows: list[CaseOut]
    newer: str
    older: str


class Report(Schema):
    """What is reported. ``community`` (12 digits) or ``building`` (id) says where."""

    text: str = Field(min_length=5, max_length=4000, pattern=STORABLE)
    title: str = Field("", max_length=80, pattern=STORABLE)
    item: str = Field("", max_length=6, description="code of the catalogue's item")
    community: str = Field("", max_length=12)
    building: int | None = Field(None, ge=1, le=2**62)
    place_text: str = Field("", max_length=160, pattern=STORABLE)
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    name: str = Field("", max_length=60, pattern=STORABLE)
    phone: str = Field("", max_length=20)
    entity: bool = False
    channel: Literal["web", "phone", "desk", "saturday", "visit", "meeting", "paper", "api"] = Field(
        "api", description="how staff heard of it; what the public sends counts as api"
    )


class Receipt(Schema):
    number: str
    secret: str
    state: str
    due_at: datetime | None
    due_provisional: bool


class Claim(Schema):
    number: str = Field(max_length=40)
    secret: str = Field(max_length=40)


class MoveIn(Schema):
    """Fields of a move; each move takes its own (see the lifecycle in the reference)."""

    seen_version: int | None = Field(None, ge=0, le=2**31 - 1)
    note: str = Field("", max_length=4000, pattern=STORABLE)
    item: str | None = None
    unit: str | None = Field(None, pattern=STORABLE, description="code of the organisation")
    outcome: str | None = None
    ground: str | None = None
    to: str | None = Field(None, max_length=80, pattern=STORABLE)
    parent: str | None = Field(None, description="number of the earlier appeal")
    reached: bool | None = None
    solved: str | None = None
    grade: int | None = Field(None, ge=1, le=5)


class Filters(Schema):
    state: State | None = None  # pyright: ignore[reportInvalidTypeForm]
    overdue: bool | None = None
    cursor: str = Field("", max_length=300)


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
    answer = {"rows": [_row(case) for case in found.rows], "newer": found.newer, "older": found.older}
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
            place=_place(report),
            text=report.text,
            title=report.title,
            item=_item(report.item),
            channel=report.channel if actor.role == "staff" else "api",
            reporter=actions.Reporter(name=report.name, phone=report.phone, entity=report.entity),
        )
        case = made.case
        return 201, {
            "number": case.number,
            "secret": made.secret,
            "state": case.state,
            "due_at": case.due_at.isoformat() if case.due_at else None,
            "due_provisional": case.due_provisional,
        }

    who = f"account:{actor.account_id}" if actor.account_id else "public"
    return Status(*once(who=who, key=idempotency_key or "", body=request.body, produce=work))


@router.post("track", response={200: DetailOut, **PROBLEMS}, auth=anybody, url_name="appeals_track")
def track(request: HttpRequest, claim: Claim) -> Any:
    """One's own appeal, by the number and the secret of the receipt; eight tries in 15 minutes."""
    holder = case_actions.claim(
        number=claim.number, secret=claim.secret, address=throttle.client_address(request)
    )
    return _detail(_find(holder, case_id=holder.case_id), holder)


@router.get("{number}", response={200: DetailOut, **PROBLEMS}, auth=staff, url_name="appeals_detail")
def detail(request: HttpRequest, number: Number) -> Any:
    """One appeal with its public steps and the moves this post may make."""
    actor: Actor = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    actor.require("appeals.read")
    return _detail(_find(actor, number=number), actor)


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
        raise Http404(_("There is no such move."))
    case = _find(actor, number=number)

    def work() -> tuple[int, dict[str, Any]]:
        function, names = MOVES[code]
        changed = function(
            case.pk, by=actor, seen_version=move.seen_version, **_arguments(actor, move, names)
        )
        changed.community = case.community  # a case stays where it is: not read twice
        return 200, DetailOut.model_validate(_detail(changed, actor)).model_dump(mode="json")

    who = f"account:{actor.account_id}:{number}:{code}"
    return Status(*once(who=who, key=idempotency_key or "", body=request.body, produce=work))


MOVES: dict[str, tuple[Callable[..., Case], tuple[str, ...]]] = {
    "accept": (actions.accept, ("item", "note")),
    "answer_now": (actions.answer_now, ("outcome", "note")),
    "refuse": (actions.refuse, ("ground", "note")),
    "redirect": (actions.redirect, ("to", "note")),
    "merge": (actions.merge, ("parent", "note")),
    "dispatch": (actions.dispatch, ("unit", "note")),
    "object": (actions.object_to, ("note",)),
    "take_on": (actions.take_on, ("note",)),
    "pause": (actions.pause, ("ground", "note")),
    "resume": (actions.resume, ("note",)),
    "answer": (actions.answer, ("outcome", "note")),
    "send_back": (actions.send_back, ("note",)),
    "settle": (actions.settle, ("note",)),
    "call_back": (actions.call_back, ("reached", "solved", "grade", "note")),
}


def _arguments(actor: Actor, move: MoveIn, names: tuple[str, ...]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name in names:
        value = getattr(move, name)
        match name:
            case "item":
                given["item"] = _item(value or "")
            case "unit":
                given["unit"] = _unit(value or "")
            case "parent":
                given["parent"] = _parent(actor, value or "")
            case "reached":
                if value is None:
                    raise Refused(_("Say whether the appellant was reached."), field="reached")
                given["reached"] = value
            case "grade":
                given["grade"] = value
            case _:
                given[name] = value or ""
    return given


def _unit(code: str) -> Organisation:
    unit = Organisation.objects.filter(code=code).first()
    if unit is None:
        raise Refused(_("No unit has this code."), field="unit")
    return unit


def _parent(actor: Actor, number: str) -> Case:
    try:
        return _find(actor, number=clean_case_number(number))
    except (ValueError, Http404) as error:
        raise Refused(
            _("There is no such appeal in the area of your current post."), field="parent"
        ) from error


def _item(code: str) -> Item | None:
    if not code:
        return None
    item = item_of(code)
    if item is None:
        raise Refused(_("The catalogue has no item with this code."), field="item")
    return item


def _place(report: Report) -> case_actions.Place:
    building = (
        Building.objects.select_related("community").filter(pk=report.building).first()
        if report.building
        else None
    )
    if report.building and building is None:
        raise Refused(_("There is no building with this id."), field="building")
    living = Community.objects.filter(valid_to__isnull=True)
    community = (
        building.community
        if building
        else living.filter(scope_code=report.community).first()
        if report.community.isdigit()
        else None
    )
    if community is None:
        raise Refused(_("Say where: a community (12 digits) or a building."), field="community")
    text = report.place_text or (building.address if building else "")
    return case_actions.Place(
        community=community, building=building, text=text, lon=report.lon, lat=report.lat
    )


@Prepared
def _numbered(actor: Actor, number: str) -> QuerySet[Case]:
    return cases.visible(actor).filter(kind=rules.KIND, number=number)


@Prepared
def _with_id(actor: Actor, case_id: int) -> QuerySet[Case]:
    return cases.visible(actor).filter(kind=rules.KIND, pk=case_id)


@Prepared
def _told(actor: Actor, case_id: int) -> QuerySet[Appeal]:
    told = Appeal.objects.visible_to(actor, purpose=actor.work_purpose)
    return told.select_related("item").filter(pk=case_id)


def _find(actor: Actor, *, number: str = "", case_id: int | None = None) -> Case:
    found = _numbered(actor, number) if number else _with_id(actor, case_id or 0)
    case = next(iter(found), None)
    if case is None:
        raise Http404(_("There is no such appeal in the area of your current post."))
    return case


def _row(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "title": case.title,
        "state": case.state,
        "state_label": case.state_label,
        "outcome": case.outcome,
        "urgent": case.urgent,
        "scope_code": case.scope_code,
        "place": case.place_text or case.community.label,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "due_provisional": case.due_provisional,
        "overdue": bool(case.due_at and case.due_at < clock.now()),
        "version": case.version,
    }


def _detail(case: Case, actor: Actor) -> dict[str, Any]:
    (appeal,) = _told(actor, case.pk)
    return {
        **_row(case),
        "text": appeal.text,
        "item": appeal.item.code if appeal.item else "",
        "item_label": appeal.item.label if appeal.item else "",
        "channel": appeal.channel,
        "owner": case.owner.name if case.owner else "",
        "settled_at": case.settled_at,
        "closed_at": case.closed_at,
        "moves": [m.code for m in cases.possible_moves(case, actor) if m.code in MOVES],
        "steps": [
            {
                "at": s.at,
                "move": s.move,
                "to_state": s.to_state,
                "note": s.note,
                "organisation": s.organisation.name if s.organisation else "",
            }
            for s in cases.steps(case, actor)
        ],
    }
