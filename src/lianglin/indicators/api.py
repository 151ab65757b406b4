"""The API of figures, read only: definitions and published values for anybody, an area's own values for its posts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from pydantic import StringConstraints

from lianglin.access.actor import Actor
from lianglin.access.api import PROBLEMS, anybody, staff
from lianglin.indicators import queries, rules
from lianglin.indicators.actions import MONTHS
from lianglin.indicators.opened.api import router as opened
from lianglin.indicators.rules import Counts
from lianglin.indicators.views import showing
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Indicator
from lianglin.kit.errors import Missing
from lianglin.kit.period import Period

router = Router()
router.add_router("", opened)
Place = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})?$")]
Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class DefinitionOut(Schema):
    """One figure: what is counted, its unit and goal."""

    code: str
    label: str
    definition: str
    definition_version: str
    unit: str
    kind: str
    target: float | None
    people: bool
    published: bool
    in_parts: bool
    rows: list[str]


class Asking(Schema):
    """Up to 26 months that end with ``month``; a place by its code, or the whole area."""

    month: Month
    months: int = Field(1, ge=1, le=MONTHS)
    place: Place = ""


class ValueOut(Schema):
    """One figure in one place and month: value in its unit, and its two counts."""

    indicator: str
    place: str
    month: str
    value: float | None
    numerator: int | None
    denominator: int | None
    computed_at: datetime | None
    hidden: str = ""


class ValuesOut(Schema):
    """A series, oldest month first."""

    items: list[ValueOut]


@router.get("", response={200: list[DefinitionOut], **PROBLEMS}, auth=anybody, url_name="indicators_list")
def definitions(request: HttpRequest) -> Any:
    """All declared figures."""
    return Status(200, [_definition(indicator) for indicator in queries.figures_of()])


@router.get("{code}/values", response={200: ValuesOut, **PROBLEMS}, auth=staff, url_name="indicators_values")
def values(request: HttpRequest, code: str, asking: Query[Asking]) -> Any:
    """A figure in one's area, over months; without ``place`` in the whole of it."""
    actor: Actor = request.auth  # pyright: ignore[reportAttributeAccessIssue]
    actor.require("indicators.read")
    prefix = asking.place or actor.low
    if not actor.covers(prefix):
        raise Missing(_("This place is not in the area of your current post."))
    indicator, asked = _indicator(code), _asked(asking)
    if indicator.at_level:
        read = queries.readings(indicator, prefix, Period(asked[0].start, asked[-1].end))
        found = [showing.of_reading(indicator, read.get((prefix, m.start))) for m in asked]
        return Status(
            200, {"items": [_value(s, prefix, m, clock.now()) for s, m in zip(found, asked, strict=True)]}
        )
    both = queries.sums(prefix, [([indicator], [m.start for m in asked])])
    items = [_value(showing.of_sums(indicator, both, m), prefix, m, both.computed_at) for m in asked]
    return Status(200, {"items": items})


@router.get(
    "{code}/published", response={200: ValuesOut, **PROBLEMS}, auth=anybody, url_name="indicators_published"
)
def published(request: HttpRequest, code: str, asking: Query[Asking]) -> Any:
    """The published values of a figure: whole months; ``hidden`` says why a cell is not shown."""
    indicator, asked = _indicator(code), _asked(asking)
    own = "" if len(asking.place) == 4 else asking.place
    cells = queries.published([own], [m.start for m in asked])
    items = []
    for m in asked:
        cell = cells.get((own, indicator.code, "", m.start))
        if cell is not None:
            counts = None if cell.numerator is None else Counts(cell.numerator, cell.denominator)
            items.append(
                {
                    "indicator": code,
                    "place": asking.place,
                    "month": m.code,
                    "value": rules.value(counts) if counts else None,
                    "numerator": cell.numerator,
                    "denominator": cell.denominator,
                    "computed_at": cell.published_at,
                    "hidden": cell.hidden,
                }
            )
    return Status(200, {"items": items})


def _indicator(code: str) -> Indicator:
    found = discovery.indicators().get(code)
    if found is None or found.members or found.origin != "own":
        raise Missing(_("There is no such figure."))
    return found


def _asked(asking: Asking) -> list[Period]:
    asked = [Period.parse(asking.month)]
    while len(asked) < asking.months:
        asked.insert(0, asked[0].previous())
    return asked


def _definition(indicator: Indicator) -> dict[str, Any]:
    return {
        "code": indicator.code,
        "label": str(indicator.label),
        "definition": str(indicator.definition),
        "definition_version": indicator.definition_version,
        "unit": indicator.unit,
        "kind": indicator.kind,
        "target": indicator.target,
        "people": indicator.people,
        "published": indicator.published and bool(indicator.cells),
        "in_parts": bool(indicator.members),
        "rows": list(indicator.r_rows),
    }


def _value(shown: showing.Shown, place: str, month: Period, at: datetime | None) -> dict[str, Any]:
    return {
        "indicator": shown.indicator.code,
        "place": place,
        "month": month.code,
        "value": shown.amount,
        "numerator": shown.counts.numerator,
        "denominator": shown.counts.denominator,
        "computed_at": at,
    }
