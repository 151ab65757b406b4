"""The interface of other hotlines: orders come in through the stored columns, returns are fetched and acknowledged."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema

from lianglin.access.actor import Actor
from lianglin.access.api import PROBLEMS, STORABLE, staff
from lianglin.appeals.actions import hotline as files
from lianglin.appeals.actions import returning
from lianglin.appeals.actions.hotline_orders import take_in
from lianglin.appeals.models import HotlineSource
from lianglin.appeals.queries import hotline as queries
from lianglin.appeals.rules.hotline import LONGEST, MESSAGES, flattened
from lianglin.appeals.views.returns import COLUMNS, cells

router = Router()
AT_ONCE = 100
"""Orders of one request."""
Text = Annotated[str, Field(pattern=STORABLE, max_length=LONGEST + 1)]
Name = Annotated[str, Field(pattern=STORABLE, min_length=1, max_length=60)]


class OrdersIn(Schema):
    """Orders with the hotline's own names, as in its file; columns and words are entered on the page of the hotline."""

    orders: Annotated[
        list[dict[Name, Text | int | float | bool | None]], Field(min_length=1, max_length=AT_ONCE)
    ]
    check_only: bool = False


class OrderFinding(Schema):
    """One thing about one order, counted from 1."""

    order: int
    field: str
    code: str
    message: str
    left_out: bool


class OrdersOut(Schema):
    """What came of the orders; ``numbers``: order (counted from 1) -> number of the new appeal."""

    made: int
    updated: int
    same: int
    left_out: int
    findings: list[OrderFinding]
    numbers: dict[str, str]


class ReturnOut(Schema):
    """What became of an order. ``return_id`` names this answer for good: fetched twice it is the same one."""

    return_id: str
    order_number: str
    case_number: str
    result: str
    outcome: str
    outcome_text: str
    answer: str
    answered_at: str


class ReturnsOut(Schema):
    """The oldest that are not acknowledged; acknowledge them and ask again for the next."""

    rows: list[ReturnOut]
    state: Literal["returned"] = "returned"


Number = Annotated[str, Field(pattern=STORABLE, min_length=1, max_length=40)]


class ReceiptIn(Schema):
    """Which returns the hotline has, by ``return_id``."""

    return_ids: Annotated[list[Annotated[int, Field(ge=1, le=2**62)]], Field(min_length=1, max_length=2_000)]


class ReceiptOut(Schema):
    """How many were new, how many known before; ids under which nothing was returned."""

    acknowledged: int
    known: int
    unknown: list[str]


def _source(code: str, actor: Actor) -> HotlineSource:
    actor.require(files.IMPORT)
    found = queries.sources(actor).filter(code=code, active=True).first() if "\0" not in code else None
    if found is None:
        raise Http404
    return found


@router.post("{code}/orders", response={200: OrdersOut, **PROBLEMS}, auth=staff, url_name="hotline_orders")
def orders(request: HttpRequest, code: str, given: OrdersIn) -> Any:
    """Takes orders in; the same number never becomes two appeals, a changed one becomes a note."""
    actor: Actor = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    source = _source(code, actor)
    actor.require("appeals.intake")
    rows = []
    for number, order in enumerate(given.orders, start=1):
        flat = flattened(order, LONGEST + 1)
        rows.append((number, {field: flat.get(name, "") for field, name in source.columns.items()}))
    told = take_in(rows, source=source, by=actor, writing=not given.check_only)
    return {
        "made": told.made,
        "updated": told.updated,
        "same": told.same,
        "left_out": told.wrong,
        "findings": [
            {
                "order": one.row,
                "field": one.field,
                "code": one.code,
                "message": str(MESSAGES[one.code][0]),
                "left_out": one.fatal,
            }
            for one in told.findings
        ],
        "numbers": {str(row): number for row, number in told.numbers.items()},
    }


@router.post("{code}/returns", response={200: ReturnsOut, **PROBLEMS}, auth=staff, url_name="hotline_fetch")
def fetch(request: HttpRequest, code: str) -> Any:
    """Fetches what became of orders, the oldest first; they count as returned from now on. POST, as it changes that."""
    actor: Actor = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    found = returning.hand_over(source=_source(code, actor), by=actor, way="api")
    return {"rows": [dict(zip(COLUMNS, cells(one), strict=True)) for one in found]}


@router.post(
    "{code}/returns/acknowledge",
    response={200: ReceiptOut, **PROBLEMS},
    auth=staff,
    url_name="hotline_acknowledge",
)
def acknowledge(request: HttpRequest, code: str, given: ReceiptIn) -> Any:
    """Says which returns the hotline has; again changes nothing."""
    actor: Actor = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    told = returning.acknowledge(source=_source(code, actor), by=actor, ids=given.return_ids)
    return {"acknowledged": told.new, "known": told.known, "unknown": list(told.unknown)}
